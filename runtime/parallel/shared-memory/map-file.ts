import { importKoffi } from "../koffi.ts";

/**
 * Lays an open file over memory of its length, which begins where a page of the system does: from then on what any process
 * writes there, all that have mapped it see. False where the system refuses. The file may be closed then.
 */
export type MapFile = (file: number, memory: Uint8Array) => boolean;

/** The same on Linux and macOS. */
const [READ_WRITE, SHARED, FIXED] = [3, 0x01, 0x10];
const FAILED = 0xffff_ffff_ffff_ffffn;

let loaded: Promise<MapFile | null> | undefined;

/** How to map files, null where that is not to be had: Node cannot by itself, and koffi is optional. */
export function fileMapper(): Promise<MapFile | null> {
  return (loaded ??= load().catch(() => null));
}

async function load(): Promise<MapFile> {
  const koffi = await importKoffi();
  const map = koffi.load(null).func("void* mmap(void*, size_t, int, int, int, int64_t)");
  return (file, memory) => koffi.address(map(memory, memory.length, READ_WRITE, SHARED | FIXED, file, 0)) !== FAILED;
}
