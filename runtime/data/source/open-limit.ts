/** Files open at once while listing and reading: far below any system's limit, which would fail good clips. */
const LIMIT = 64;

let open = 0;
const waiting: (() => void)[] = [];

/** Runs `task`, which opens a file and closes it, when fewer than LIMIT others are running. */
export async function withOpenFile<T>(task: () => Promise<T>): Promise<T> {
  if (open >= LIMIT) await new Promise<void>((resolve) => waiting.push(resolve));
  else open++;
  try {
    return await task();
  } finally {
    // The place goes to the next in line, or is given back.
    const next = waiting.shift();
    if (next) next();
    else open--;
  }
}
