import { ProblemCodes } from './problemcodes';

import type { IDesktopConnection } from '../tokens';

/** Tells whether a person uses the page; while nobody does, nothing is polled that no open socket needs anyway. */
export interface IAttention {
  /** Whether the page is hidden, or has not been used for a while. */
  readonly isAway: boolean;
  /** Count the page as not used until the next input. */
  leave(): void;
}

/** Count the page as not used as soon as the server disconnects a desktop because nobody used it. */
export function leaveWhenIdle(connection: IDesktopConnection, attention: IAttention): void {
  let wasIdle = false;
  connection.statusChanged.connect((_, { problem }) => {
    const isIdle = problem?.code === ProblemCodes.IDLE;
    if (isIdle && !wasIdle) {
      attention.leave();
    }
    wasIdle = isIdle;
  });
}
