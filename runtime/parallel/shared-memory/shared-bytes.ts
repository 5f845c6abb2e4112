/**
 * The bytes of a file that processes of one machine share. An adder has them in its memory, or has room there for a piece
 * of them, which is copied from the file, or to it.
 */
export interface SharedBytes {
  write(from: Uint8Array, at: number): void;
  read(into: Uint8Array, at: number): void;
  /** Gives the adder `bytes` bytes from `at` on, at most a piece. @returns their address */
  fetch(at: number, bytes: number): number;
  /** The address at which the adder shall make what is to be at `at`, at most a piece. */
  target(at: number): number;
  /** Shows everybody the `bytes` bytes made at `target(at)`. */
  publish(at: number, bytes: number): void;
  /** Writes one byte, after all that was written before it. */
  mark(at: number, value: number): void;
  /** Reads the first bytes, each as its last `mark` has left it: all that was written before that can be read then. */
  look(into: Uint8Array): void;
  close(): void;
}
