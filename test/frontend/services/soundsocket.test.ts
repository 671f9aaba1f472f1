import { DesktopError } from '../../../src/services/restapi';
import { SoundSocket } from '../../../src/services/soundsocket';
import { FakeAPI } from '../fakes/api';
import { FakeSocket } from '../fakes/socket';
import { FORMAT, packetOf } from '../fakes/sound';

let api: FakeAPI;
let socket: SoundSocket;
let buffered: number;

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

async function live(): Promise<FakeSocket> {
  await pass();
  FakeSocket.last.accept();
  FakeSocket.last.receive(FORMAT);
  return FakeSocket.last;
}

beforeEach(() => {
  jest.useFakeTimers();
  FakeSocket.instances = [];
  api = new FakeAPI();
  api.nextTicket = { ticket: 'secret' };
  buffered = 0;
  socket = new SoundSocket({
    api,
    name: 'default',
    buffered: () => buffered,
    openSocket: FakeSocket.open.bind(FakeSocket)
  });
});

afterEach(() => {
  socket.dispose();
  expect(jest.getTimerCount()).toBe(0);
  jest.useRealTimers();
});

it('opens with a ticket of its own, for the connection of the picture', async () => {
  socket.open('c1');
  await pass();
  expect(api.calls).toEqual(['ticket default']);
  expect(FakeSocket.last.url).toBe('ws://server/default/sound?connection=c1');
  expect(FakeSocket.last.subprotocols).toEqual(['binary', 'vnc-ticket.secret']);
});

it('hands over the format and the packets', async () => {
  const formats: unknown[] = [];
  const packets: unknown[] = [];
  socket.started.connect((_, format) => formats.push(format));
  socket.received.connect((_, packet) => packets.push(packet));
  socket.open('c1');
  const server = await live();
  server.receive('{"type":"bitrate","bitrate":16000}');
  server.receive('not JSON');
  server.receive(packetOf(4294967295, 2 ** 40, [7]));
  server.receive(new ArrayBuffer(12)); // no packet in it
  expect(formats).toEqual([{ codec: 'opus', sampleRate: 48000, channels: 2, frameDuration: 10 }]);
  expect(packets).toEqual([{ sequence: 4294967295, time: 2 ** 40, data: new Uint8Array([7]) }]);
});

it('reports what has arrived only while packets come', async () => {
  socket.open('c1');
  const server = await live();
  await pass(1000);
  expect(server.sent).toEqual([]);
  server.receive(packetOf(1, 0));
  server.receive(packetOf(2, 10_000));
  buffered = 41.6;
  await pass(1000);
  expect(server.sent).toEqual(['{"type":"received","sequence":2,"buffer":42}']);
});

it('opens again if it closes, with a new ticket', async () => {
  let closed = 0;
  socket.closed.connect(() => closed++);
  socket.open('c1');
  const server = await live();
  server.drop();
  expect([closed, socket.isLive]).toEqual([1, false]);
  api.nextTicket = { ticket: 'other' };
  await pass(500);
  expect(FakeSocket.instances).toHaveLength(2);
  expect(FakeSocket.last.subprotocols).toContain('vnc-ticket.other');
  FakeSocket.last.drop();
  await pass(500);
  expect(FakeSocket.instances).toHaveLength(2);
  await pass(500);
  expect(FakeSocket.instances).toHaveLength(3);
});

it('tries again if it gets no ticket', async () => {
  api.error = new DesktopError({ status: 0, message: 'No response.' });
  socket.open('c1');
  await pass(400);
  api.error = null;
  await pass(200);
  await live();
  expect(socket.isLive).toBe(true);
});

it.each([4410, 4404, 1000])('waits for the picture after the close code %i', async code => {
  socket.open('c1');
  (await live()).drop(code);
  await pass(60_000);
  expect(FakeSocket.instances).toHaveLength(1);
  socket.open('c2');
  await pass();
  expect(FakeSocket.last.url).toContain('connection=c2');
});

it('does not try again after a refusal', async () => {
  const reasons: string[] = [];
  socket.refused.connect((_, reason) => reasons.push(reason));
  socket.open('c1');
  (await live()).receive('{"type":"refused","message":"The encoder is missing."}');
  socket.open('c1');
  (await live()).drop(4403);
  await pass(60_000);
  expect(reasons).toEqual(['The encoder is missing.', '']);
  expect(FakeSocket.instances).toHaveLength(2);
});

it('sends nothing of a microphone before the server is ready', async () => {
  socket.open('c1');
  socket.setMicrophone(true);
  const server = await live();
  server.readyState = WebSocket.OPEN;
  socket.setMicrophone(true);
  socket.sendPacket(new Uint8Array([5]));
  expect(server.sent).toEqual(['{"type":"microphone","on":true}', new Uint8Array([5])]);
});

it('closes for good, even while it connects', async () => {
  socket.open('c1');
  socket.close();
  await pass(60_000);
  expect(FakeSocket.instances).toHaveLength(0);
  socket.open('c1');
  const server = await live();
  socket.close();
  expect(server.closedWith).toBe(1000);
  await pass(60_000);
  expect(FakeSocket.instances).toHaveLength(1);
});
