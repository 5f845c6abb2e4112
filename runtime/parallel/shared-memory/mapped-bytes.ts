import type { SharedBytes } from "./shared-bytes.ts";

/** Shared bytes that are memory of all the processes. */
export class MappedBytes implements SharedBytes {
  private readonly memory: Uint8Array;
  private readonly address: number;

  /** @param memory over which the file lies already, at `address` of the adder's */
  constructor(memory: Uint8Array, address: number) {
    this.memory = memory;
    this.address = address;
  }

  write(from: Uint8Array, at: number): void {
    this.memory.set(from, at);
  }

  read(into: Uint8Array, at: number): void {
    into.set(this.memory.subarray(at, at + into.length));
  }

  fetch(at: number): number {
    return this.address + at;
  }

  target(at: number): number {
    return this.address + at;
  }

  publish(): void {
    // Everybody sees it.
  }

  mark(at: number, value: number): void {
    Atomics.store(this.memory, at, value);
  }

  look(into: Uint8Array): void {
    for (let at = 0; at < into.length; at++) into[at] = Atomics.load(this.memory, at);
  }

  close(): void {
    // The memory goes back to the system with the adder's.
  }
}
