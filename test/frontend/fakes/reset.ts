import FakeRFB from './rfb';
import { FakeSocket } from './socket';

/** Begin a test with fake timers, and without the sockets and RFB clients of the one before. */
export function resetFakes(): void {
  jest.useFakeTimers();
  performance.mark = jest.fn();
  FakeSocket.instances = [];
  FakeRFB.instances = [];
}
