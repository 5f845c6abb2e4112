export { ALONE } from "./alone.ts";
export type { Collective, Failure } from "./collective.ts";
export { joinGroup } from "./join.ts";
export { placeOf, type Place } from "./launcher.ts";
