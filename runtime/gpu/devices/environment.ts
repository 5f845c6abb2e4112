/** Variables to set, or to unset where undefined. */
export type Settings = Readonly<Record<string, string | undefined>>;

/** Sets variables of this process. Dawn and Vulkan read them when an entry point is made, and see each change. */
export function applySettings(settings: Settings): void {
  for (const [name, value] of Object.entries(settings)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

/** Does some work under other variables. They hold for the whole process: one such work at a time. */
export async function underSettings<T>(settings: Settings, work: () => Promise<T>): Promise<T> {
  const before = Object.fromEntries(Object.keys(settings).map((name) => [name, process.env[name]]));
  applySettings(settings);
  try {
    return await work();
  } finally {
    applySettings(before);
  }
}
