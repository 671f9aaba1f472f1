/** A program that controls a desktop, such as an assistant or a notebook. */
export interface IProgram {
  id: string;
  name: string;
  /** What it did last, such as `click`; empty if nothing. */
  action: string;
  /** Where, in pixels of the desktop. */
  x: number | null;
  y: number | null;
  /** Whether a person has taken over. */
  paused: boolean;
  /** When it began (ISO 8601). */
  since: string;
}

/** A window on a desktop that its runner has reported; the title is a program's text. */
export interface INewWindow {
  /** Increases with each window that appears; at least the time, in milliseconds since 1970. */
  number: number;
  title: string;
  application: string;
  /** Whether it belongs to another window, or asks something. */
  dialog: boolean;
  /** Whether its program wants attention. */
  urgent: boolean;
}

/** A recording that is being made. */
export interface IRecording {
  /** The file in Jupyter's tree; empty for invited users. */
  readonly path: string;
  /** Its length without the pauses. */
  readonly seconds: number;
  readonly bytes: number;
  readonly paused: boolean;
}

/** A recording that has ended. */
export interface IEndedRecording {
  /** The file in Jupyter's tree; empty if nothing was recorded. */
  readonly path: string;
  readonly seconds: number;
  readonly bytes: number;
  /** ISO 8601. */
  readonly ended: string;
  /** Why it has ended by itself; null if somebody has stopped it. */
  readonly error: { readonly code: string; readonly message: string; readonly fix: string | null } | null;
}

/** The recording of a desktop, how the last one has ended, and why the desktop can't be recorded now. */
export interface IRecordingStatus {
  readonly recording: IRecording | null;
  readonly last: IEndedRecording | null;
  readonly problem: IEndedRecording['error'];
}
