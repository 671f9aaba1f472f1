import { isUnreachable } from './contentserrors';

/** The pauses between two attempts while the server does not respond, and the time after which an upload fails. */
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8 * 1000;
const GIVE_UP_MS = 60 * 1000;

/**
 * Send a request, and again while the server can't be reached; `giveUp` ends that early.
 *
 * The request must have the same effect if it is sent again.
 */
export async function persistently<T>(
  request: () => Promise<T>,
  { giveUp = () => false, time = GIVE_UP_MS }: { giveUp?: () => boolean; time?: number } = {}
): Promise<T> {
  const end = Date.now() + time;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
    try {
      return await request();
    } catch (error) {
      if (!isUnreachable(error) || giveUp() || Date.now() + pause > end) {
        throw error;
      }
      await new Promise(resolve => setTimeout(resolve, pause));
    }
  }
}
