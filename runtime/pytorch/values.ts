/** What a pickle is read as: plain data. No value is ever called, and none has behaviour. */
export type PyValue = null | boolean | number | bigint | string | Uint8Array | PyList | PyDict | PySet | PyGlobal | PyInert | TensorRef | StorageRef;

/** Lists and tuples alike. */
export type PyList = PyValue[];
export type PyDict = Map<PyValue, PyValue>;
export type PySet = Set<PyValue>;

/** A class or function of Python, by name. */
export class PyGlobal {
  readonly name: string;
  /** What the table of globals says that "calling" it gives; null: nothing but a `PyInert`. */
  readonly make: ((args: PyList) => PyValue) | null;

  constructor(name: string, make: PyGlobal["make"]) {
    this.name = name;
    this.make = make;
  }
}

/** What would be an object of some class of Python: only the class's name is kept. */
export class PyInert {
  readonly of: string;

  constructor(of: string) {
    this.of = of;
  }
}

/** The items of storages, and how many bytes one takes. */
export const ITEM_BYTES = { f64: 8, f32: 4, f16: 2, bf16: 2, i64: 8, i32: 4, i16: 2, i8: 1, u8: 1, bool: 1 } as const;
export type TorchType = keyof typeof ITEM_BYTES;

/** The flat memory of one or more tensors: a file of the zip. */
export class StorageRef {
  readonly key: string;
  readonly type: TorchType;
  /** Items. */
  readonly count: number;

  constructor(key: string, type: TorchType, count: number) {
    this.key = key;
    this.type = type;
    this.count = count;
  }
}

/** A view of a storage; offset and strides count items. */
export class TensorRef {
  readonly storage: StorageRef;
  readonly offset: number;
  readonly shape: readonly number[];
  readonly strides: readonly number[];

  constructor(storage: StorageRef, offset: number, shape: readonly number[], strides: readonly number[]) {
    this.storage = storage;
    this.offset = offset;
    this.shape = shape;
    this.strides = strides;
  }
}
