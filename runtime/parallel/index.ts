export { ALONE } from "./alone.ts";
export type { Collective, Failure } from "./collective.ts";
export { joinGroup } from "./join.ts";
export { placeOf, type Place } from "./launcher.ts";
export { trainInGroup, type Rank } from "./run/train-in-group.ts";
