import { PickleError } from "./pickle-reader.ts";
import { PyGlobal, PyInert, StorageRef, TensorRef, type PyList, type PyValue, type TorchType } from "./values.ts";

/**
 * Every name of Python that a checkpoint may mention. A name that is not here refuses the file: its pickle would call
 * something that no checkpoint needs. Even for these nothing is ever run; the functions below are all that happens.
 */
const MAKERS: Readonly<Record<string, (args: PyList) => PyValue>> = {
  "collections.OrderedDict": () => new Map(),
  "torch._utils._rebuild_tensor_v2": rebuildTensor,
  "torch._utils._rebuild_tensor": rebuildTensor,
  "torch._utils._rebuild_parameter": ([data]) => data ?? null,
  "torch._utils._rebuild_parameter_with_state": ([data]) => data ?? null,
  "torch.Size": ([sizes]) => sizes ?? null,
};

/** The classes of persistent ids, with the items they hold. */
const STORAGES: Readonly<Record<string, TorchType>> = {
  "torch.DoubleStorage": "f64",
  "torch.FloatStorage": "f32",
  "torch.HalfStorage": "f16",
  "torch.BFloat16Storage": "bf16",
  "torch.LongStorage": "i64",
  "torch.IntStorage": "i32",
  "torch.ShortStorage": "i16",
  "torch.CharStorage": "i8",
  "torch.ByteStorage": "u8",
  "torch.BoolStorage": "bool",
};

/**
 * What trainers keep beside the weights (hyper-parameters, optimizers, schedules, versions): read as inert objects, of
 * which only the class's name is left. `.*` stands for everything in a module.
 */
const INERT: readonly string[] = [
  // Python's own plain data
  "collections.defaultdict", "collections.deque", "collections.Counter", "builtins.set", "builtins.frozenset", "builtins.dict", "builtins.list",
  "builtins.tuple", "builtins.int", "builtins.float", "builtins.str", "builtins.bool", "builtins.complex", "builtins.slice", "__builtin__.set",
  "argparse.Namespace", "pathlib.Path", "pathlib.PosixPath", "pathlib.PurePosixPath", "datetime.datetime", "datetime.timedelta", "typing.Any",
  // The authors' hyper-parameters: partially applied classes, and their own
  "functools.partial", "src.*",
  "omegaconf.dictconfig.DictConfig", "omegaconf.listconfig.ListConfig", "omegaconf.base.*", "omegaconf.nodes.*",
  "lightning.*", "lightning_fabric.*", "lightning_utilities.*", "pytorch_lightning.*",
  // torch's
  "torch.device", "torch.float64", "torch.float32", "torch.float16", "torch.bfloat16", "torch.int64", "torch.int32", "torch.uint8", "torch.bool",
  "torch.optim.*", "torch.nn.*", "torch.torch_version.TorchVersion", "torch.amp.grad_scaler.GradScaler", "torch._C.Generator",
  // NumPy's scalars and arrays (metrics, random states)
  "numpy.dtype", "numpy.ndarray", "numpy.core.multiarray.scalar", "numpy._core.multiarray.scalar",
  "numpy.core.multiarray._reconstruct", "numpy._core.multiarray._reconstruct", "_codecs.encode",
];

/** The global of that name, or null where it is not allowed. `alsoInert` are names the user vouches for. */
export function findGlobal(name: string, alsoInert: readonly string[] = []): PyGlobal | null {
  if (Object.hasOwn(MAKERS, name)) return new PyGlobal(name, MAKERS[name]!);
  const known = Object.hasOwn(STORAGES, name) || INERT.some((pattern) => covers(pattern, name)) || alsoInert.includes(name);
  return known ? new PyGlobal(name, null) : null;
}

const covers = (pattern: string, name: string): boolean => (pattern.endsWith(".*") ? name.startsWith(pattern.slice(0, -1)) : name === pattern);

/** `("storage", class, key, device, items)`: the persistent id of a tensor's memory. */
export function findStorage(id: PyValue): StorageRef {
  if (!Array.isArray(id) || id[0] !== "storage") throw new PickleError("a persistent id that is no storage");
  const [, kind, key, , count] = id;
  const type = kind instanceof PyGlobal ? STORAGES[kind.name] : undefined;
  if (type === undefined) throw new PickleError(`a storage of ${kind instanceof PyGlobal ? kind.name : "no known type"}`);
  if (typeof key !== "string" || !isCount(count)) throw new PickleError("a storage without a key or a size");
  return new StorageRef(key, type, count);
}

/** `(storage, offset, size, stride, ...)`; what follows concerns gradients. */
function rebuildTensor([storage, offset, shape, strides]: PyList): TensorRef {
  if (!(storage instanceof StorageRef)) throw new PickleError(storage instanceof PyInert ? `a tensor on ${storage.of}` : "a tensor without a storage");
  if (!isCount(offset) || !isCounts(shape) || !isCounts(strides) || shape.length !== strides.length) throw new PickleError("a tensor without a valid offset, shape and strides");
  return new TensorRef(storage, offset, shape, strides);
}

const isCount = (value: PyValue | undefined): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
const isCounts = (value: PyValue | undefined): value is number[] => Array.isArray(value) && value.every(isCount);
