import { closeSync, readSync, writeSync } from "node:fs";
import type { SharedBytes } from "./shared-bytes.ts";

/** Bytes copied by one call of the system: in pieces both sides of a copy stay in the cache. */
const CALL_BYTES = 128 * 2 ** 10;

/** Shared bytes that are read and written by calls of the system: what Node can do by itself. */
export class FileBytes implements SharedBytes {
  private readonly file: number;
  private readonly memory: Uint8Array;
  private readonly address: number;

  /** @param memory room for a piece, at `address` of the adder's: always the same, so that it stays in the cache */
  constructor(file: number, memory: Uint8Array, address: number) {
    this.file = file;
    this.memory = memory;
    this.address = address;
  }

  write(from: Uint8Array, at: number): void {
    for (let done = 0; done < from.length; ) done += writeSync(this.file, from, done, Math.min(CALL_BYTES, from.length - done), at + done);
  }

  read(into: Uint8Array, at: number): void {
    for (let done = 0; done < into.length; ) done += readSync(this.file, into, done, Math.min(CALL_BYTES, into.length - done), at + done);
  }

  fetch(at: number, bytes: number): number {
    this.read(this.memory.subarray(0, bytes), at);
    return this.address;
  }

  target(): number {
    return this.address;
  }

  publish(at: number, bytes: number): void {
    this.write(this.memory.subarray(0, bytes), at);
  }

  mark(at: number, value: number): void {
    writeSync(this.file, Uint8Array.of(value), 0, 1, at);
  }

  look(into: Uint8Array): void {
    readSync(this.file, into, 0, into.length, 0);
  }

  close(): void {
    closeSync(this.file);
  }
}
