/** What is known of one training step. */
export interface TrainRow {
  /** Training steps done, this one included: the first row has 1. */
  readonly step: number;
  readonly loss: number;
  /** The model's `report`s. */
  readonly reports: Readonly<Record<string, number>>;
  /** The schedules' values in this step (lr, decay, ...). */
  readonly displays: Readonly<Record<string, number>>;
  /** The runtime sizes drawn for this step. */
  readonly sizes: Readonly<Record<string, number>>;
  readonly clipsPerSecond: number;
  /** When its loss arrived, ISO 8601. */
  readonly time: string;
}
