import { PickleError, PickleReader } from "./pickle-reader.ts";
import { PyGlobal, PyInert, type PyList, type PyValue } from "./values.ts";

/** What a pickle may refer to outside itself. Each refuses by throwing. */
export interface PickleWorld {
  global(name: string): PyGlobal;
  persistent(id: PyValue): PyValue;
}

/**
 * Reads a pickle of protocol 2 to 5 as plain data. Pickle is a program for a stack machine that can name and call
 * anything in Python; here a name is looked up in `world`, and "calling" it is what `world`'s entry says, or leaves an
 * inert object. Throws `PickleError` where the bytes break the rules, and whatever `world` throws.
 */
export function readPickle(bytes: Uint8Array, world: PickleWorld): PyValue {
  return new Machine(bytes, world).run();
}

/** The opcodes that torch.save writes, whatever protocol it is told (CPython, Lib/pickletools.py). */
const OPS: Readonly<Record<number, (m: Machine) => void>> = {
  0x80: ({ from }) => void from.u8(), // PROTO
  0x95: ({ from }) => void from.u64(), // FRAME
  0x28: (m) => m.mark(),
  0x30: (m) => void m.pop(), // POP
  0x31: (m) => void m.popToMark(), // POP_MARK
  0x32: (m) => m.push(m.top()), // DUP

  0x4e: (m) => m.push(null), // NONE
  0x88: (m) => m.push(true),
  0x89: (m) => m.push(false),
  0x4a: (m) => m.push(m.from.i32()), // BININT
  0x4b: (m) => m.push(m.from.u8()), // BININT1
  0x4d: (m) => m.push(m.from.u16()), // BININT2
  0x8a: (m) => m.push(m.from.integer(m.from.u8())), // LONG1
  0x8b: (m) => m.push(m.from.integer(m.from.u32())), // LONG4
  0x47: (m) => m.push(m.from.f64()), // BINFLOAT
  0x58: (m) => m.push(m.from.text(m.from.u32())), // BINUNICODE
  0x8c: (m) => m.push(m.from.text(m.from.u8())), // SHORT_BINUNICODE
  0x8d: (m) => m.push(m.from.text(m.from.u64())), // BINUNICODE8
  0x54: (m) => m.push(m.from.text(m.from.u32())), // BINSTRING, of Python 2
  0x55: (m) => m.push(m.from.text(m.from.u8())), // SHORT_BINSTRING
  0x42: (m) => m.push(m.from.bytes(m.from.u32())), // BINBYTES
  0x43: (m) => m.push(m.from.bytes(m.from.u8())), // SHORT_BINBYTES
  0x8e: (m) => m.push(m.from.bytes(m.from.u64())), // BINBYTES8
  0x96: (m) => m.push(m.from.bytes(m.from.u64())), // BYTEARRAY8

  0x29: (m) => m.push([]), // EMPTY_TUPLE
  0x85: (m) => m.push(m.take(1)), // TUPLE1
  0x86: (m) => m.push(m.take(2)), // TUPLE2
  0x87: (m) => m.push(m.take(3)), // TUPLE3
  0x74: (m) => m.push(m.popToMark()), // TUPLE
  0x5d: (m) => m.push([]), // EMPTY_LIST
  0x6c: (m) => m.push(m.popToMark()), // LIST
  0x61: (m) => m.extend(m.take(1)), // APPEND
  0x65: (m) => m.extend(m.popToMark()), // APPENDS
  0x7d: (m) => m.push(new Map()), // EMPTY_DICT
  0x64: (m) => m.push(new Map(pairs(m.popToMark()))), // DICT
  0x73: (m) => m.set(m.take(2)), // SETITEM
  0x75: (m) => m.set(m.popToMark()), // SETITEMS
  0x8f: (m) => m.push(new Set()), // EMPTY_SET
  0x90: (m) => m.addItems(m.popToMark()), // ADDITEMS
  0x91: (m) => m.push(new Set(m.popToMark())), // FROZENSET

  0x63: (m) => m.pushGlobal(m.from.line(), m.from.line()), // GLOBAL
  0x93: (m) => m.pushGlobal(...(m.take(2) as [PyValue, PyValue])), // STACK_GLOBAL
  0x52: (m) => m.call(), // REDUCE
  0x81: (m) => m.call(), // NEWOBJ: cls.__new__(cls, *args)
  0x92: (m) => m.callWithNames(), // NEWOBJ_EX
  0x62: (m) => void m.pop(), // BUILD: the state of an object, which is kept of none
  0x51: (m) => m.push(m.world.persistent(m.pop())), // BINPERSID

  0x71: (m) => m.remember(m.from.u8()), // BINPUT
  0x72: (m) => m.remember(m.from.u32()), // LONG_BINPUT
  0x94: (m) => m.remember(m.memo.size), // MEMOIZE
  0x68: (m) => m.recall(m.from.u8()), // BINGET
  0x6a: (m) => m.recall(m.from.u32()), // LONG_BINGET
};
const STOP = 0x2e;

class Machine {
  readonly from: PickleReader;
  readonly world: PickleWorld;
  readonly memo = new Map<number, PyValue>();
  /** The values since the last mark; those before it lie in `#below`. */
  #stack: PyValue[] = [];
  readonly #below: PyValue[][] = [];

  constructor(bytes: Uint8Array, world: PickleWorld) {
    this.from = new PickleReader(bytes);
    this.world = world;
  }

  run(): PyValue {
    for (;;) {
      const { at } = this.from;
      const code = this.from.u8();
      if (code === STOP) return this.pop();
      const op = OPS[code];
      if (op === undefined) throw new PickleError(`byte ${at} is 0x${code.toString(16).padStart(2, "0")}, not an opcode that torch.save writes`);
      op(this);
    }
  }

  push(value: PyValue): void {
    this.#stack.push(value);
  }
  pop(): PyValue {
    return this.take(1)[0]!;
  }
  top(): PyValue {
    if (this.#stack.length === 0) throw new PickleError(`nothing is there to take at byte ${this.from.at}`);
    return this.#stack.at(-1)!;
  }
  take(count: number): PyList {
    if (this.#stack.length < count) throw new PickleError(`nothing is there to take at byte ${this.from.at}`);
    return this.#stack.splice(this.#stack.length - count);
  }
  mark(): void {
    this.#below.push(this.#stack);
    this.#stack = [];
  }
  popToMark(): PyList {
    const above = this.#stack;
    const below = this.#below.pop();
    if (below === undefined) throw new PickleError(`there is no mark before byte ${this.from.at}`);
    this.#stack = below;
    return above;
  }

  extend(items: PyList): void {
    const list = this.top();
    if (Array.isArray(list)) for (const item of items) list.push(item);
    else this.#expectInert(list, "a list");
  }
  set(items: PyList): void {
    const entries = pairs(items);
    const dict = this.top();
    if (dict instanceof Map) for (const [key, value] of entries) dict.set(key, value);
    else this.#expectInert(dict, "a dict");
  }
  addItems(items: PyList): void {
    const set = this.top();
    if (set instanceof Set) for (const item of items) set.add(item);
    else this.#expectInert(set, "a set");
  }
  /** Objects of unknown classes may have list or dict items; they are dropped with the rest of the object. */
  #expectInert(value: PyValue, expected: string): void {
    if (!(value instanceof PyInert)) throw new PickleError(`${expected} was expected before byte ${this.from.at}`);
  }

  pushGlobal(module: PyValue, name: PyValue): void {
    if (typeof module !== "string" || typeof name !== "string") throw new PickleError(`a name was expected before byte ${this.from.at}`);
    this.push(this.world.global(`${module}.${name}`));
  }
  call(): void {
    const [callee, args] = this.take(2) as [PyValue, PyValue];
    if (!Array.isArray(args)) throw new PickleError(`arguments were expected before byte ${this.from.at}`);
    if (callee instanceof PyGlobal) this.push(callee.make?.(args) ?? new PyInert(callee.name));
    else if (callee instanceof PyInert) this.push(new PyInert(callee.of));
    else throw new PickleError(`a class was expected before byte ${this.from.at}`);
  }
  callWithNames(): void {
    this.pop();
    this.call();
  }

  remember(slot: number): void {
    this.memo.set(slot, this.top());
  }
  recall(slot: number): void {
    const value = this.memo.get(slot);
    if (value === undefined) throw new PickleError(`value ${slot} is used at byte ${this.from.at} before it is there`);
    this.push(value);
  }
}

function pairs(items: PyList): [PyValue, PyValue][] {
  if (items.length % 2 !== 0) throw new PickleError("a dict has a key without a value");
  return Array.from({ length: items.length / 2 }, (_, i) => [items[2 * i]!, items[2 * i + 1]!]);
}
