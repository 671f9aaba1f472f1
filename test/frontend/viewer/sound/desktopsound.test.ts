import { DesktopConnection } from '../../../../src/services/connection';
import { DesktopSound } from '../../../../src/viewer/sound/desktopsound';
import { FakeAPI, modelOf } from '../../fakes/api';
import { FakeSocket } from '../../fakes/socket';
import { english } from '../../fakes/translation';
import { FakeAudioContext, FakeAudioDecoder, FakeWorkletNode, FORMAT, installSound, packetOf } from '../../fakes/sound';

import type { Desktop } from '../../../../src/model';

const RIGHTS: Desktop.Right[] = ['see', 'hear'];

let api: FakeAPI;
let connection: DesktopConnection;
let sounds: DesktopSound[];
let notices: string[];
let remembered: number[];
let failure: Error | null;
const loadDecoder = jest.fn();

async function pass(milliseconds = 0): Promise<void> {
  await jest.advanceTimersByTimeAsync(milliseconds);
}

function newSound(): DesktopSound {
  const sound = new DesktopSound({
    connection,
    api,
    trans: english,
    volume: 50,
    remember: volume => remembered.push(volume),
    notify: message => notices.push(message),
    openSocket: FakeSocket.open.bind(FakeSocket),
    assets: { addModule: () => (failure === null ? Promise.resolve() : Promise.reject(failure)), loadDecoder }
  });
  sounds.push(sound);
  return sound;
}

/** Connect the picture, with rights to a desktop that may have sound. */
async function connect(rights = RIGHTS, change: Partial<Desktop.IModel> = { sound: true }): Promise<void> {
  api.models.set('default', modelOf(change));
  api.nextTicket = { ticket: 't', rights, connection: 'c1' };
  connection.attach();
  await pass();
  connection.handshakeDone();
}

/** The socket of the sound, ready to send. */
async function live(): Promise<FakeSocket> {
  await pass();
  expect(FakeSocket.last.url).toContain('/sound');
  FakeSocket.last.accept();
  FakeSocket.last.receive(FORMAT);
  await pass();
  return FakeSocket.last;
}

beforeEach(() => {
  jest.useFakeTimers();
  installSound();
  FakeSocket.instances = [];
  [sounds, notices, remembered] = [[], [], []];
  failure = null;
  api = new FakeAPI();
  connection = new DesktopConnection({ name: 'default', api, openSocket: FakeSocket.open.bind(FakeSocket) });
});

afterEach(async () => {
  sounds.forEach(sound => sound.dispose());
  connection.dispose();
  await pass();
  jest.useRealTimers();
});

describe('the button', () => {
  it.each<[string, Desktop.Right[], Partial<Desktop.IModel>, string]>([
    ['is hidden with an older server', RIGHTS, {}, 'hidden'],
    ['is hidden without the right', ['see'], { sound: true }, 'hidden'],
    ['is disabled if the desktop has no sound', RIGHTS, { sound: false }, 'unavailable'],
    ['unmutes a desktop with sound', RIGHTS, { sound: true }, 'muted']
  ])('%s', async (_, rights, change, state) => {
    await connect(rights, change);
    const sound = newSound();
    expect(sound.state).toBe(state);
    if (state !== 'muted') {
      sound.toggle();
      expect(FakeAudioContext.instances).toHaveLength(0);
    }
  });

  it('is disabled on a page that is not secure', async () => {
    Object.assign(window, { AudioWorkletNode: undefined });
    await connect();
    expect(newSound().state).toBe('unavailable');
  });
});

it('opens nothing before a click, plays after it, and closes all once it is muted', async () => {
  await connect();
  const sound = newSound();
  await pass(60_000);
  expect(FakeSocket.instances).toHaveLength(1); // the picture's
  sound.toggle();
  expect(sound.state).toBe('connecting');
  const server = await live();
  expect(server.url).toContain('connection=c1');
  expect(sound.state).toBe('playing');
  server.receive(packetOf(1, 2_000_000));
  server.receive(packetOf(2, 2_010_000));
  expect(FakeWorkletNode.last.heard).toEqual(['reset', 2000, 2010]);
  FakeWorkletNode.last.report({ levelMs: 38.2 });
  await pass(200);
  expect(server.sent).toEqual(['{"type":"received","sequence":2,"buffer":38}']);
  sound.toggle();
  expect(sound.state).toBe('muted');
  expect(server.closedWith).toBe(1000);
  expect(FakeAudioContext.last.state).toBe('closed');
  expect(FakeWorkletNode.last.heard.at(-1)).toBe('end');
});

it('keeps packets that come before the decoder is ready', async () => {
  await connect();
  newSound().toggle();
  await pass();
  FakeSocket.last.accept();
  FakeSocket.last.receive(FORMAT);
  FakeSocket.last.receive(packetOf(1, 1000));
  await pass();
  expect(FakeWorkletNode.last.heard).toEqual(['reset', 1]);
});

it('follows the connection of the picture, and begins anew after a new one', async () => {
  await connect();
  const sound = newSound();
  sound.toggle();
  const first = await live();
  FakeSocket.instances[0].drop();
  expect(sound.state).toBe('connecting');
  expect(first.readyState).toBe(WebSocket.CLOSED);
  api.nextTicket = { ticket: 't', rights: RIGHTS, connection: 'c2' };
  await pass(1000);
  connection.handshakeDone();
  const second = await live();
  expect(second.url).toContain('connection=c2');
  second.receive(packetOf(1, 5000));
  expect(FakeWorkletNode.instances).toHaveLength(1);
  expect(FakeWorkletNode.last.heard).toEqual(['reset', 'reset', 5]);
});

it('is muted and hidden once the right is withdrawn', async () => {
  await connect();
  const sound = newSound();
  sound.toggle();
  const server = await live();
  const viewer = { id: 'c1', user: { username: 'u', name: 'U' }, rights: ['see' as const], invited: true };
  connection.update(modelOf({ sound: true, viewers: [viewer] }));
  expect(sound.state).toBe('hidden');
  expect(server.readyState).toBe(WebSocket.CLOSED);
});

it('says why the server refuses', async () => {
  await connect();
  const sound = newSound();
  sound.toggle();
  (await live()).receive('{"type":"refused","message":"PulseAudio has crashed."}');
  expect(sound.state).toBe('muted');
  expect(sound.error).toBe('PulseAudio has crashed.');
  expect(notices).toEqual(['PulseAudio has crashed.']);
  sound.toggle();
  expect(sound.error).toBe('');
});

it('says why it cannot play', async () => {
  await connect();
  failure = new Error('The worklet does not load.');
  const sound = newSound();
  sound.toggle();
  await pass();
  expect(sound.state).toBe('muted');
  expect(notices).toEqual(['The sound cannot be played: The worklet does not load.']);
  expect(FakeAudioContext.last.state).toBe('closed');
});

it('decodes in WebAssembly if the browser cannot', async () => {
  FakeAudioDecoder.supported = false;
  const decoder = {
    ready: Promise.resolve(),
    decodeFrame: () => ({ channelData: [new Float32Array(480), new Float32Array(480)], samplesDecoded: 480 }),
    free: jest.fn()
  };
  loadDecoder.mockResolvedValue(decoder);
  await connect();
  const sound = newSound();
  sound.toggle();
  const server = await live();
  server.receive(packetOf(1, 7000));
  expect(FakeWorkletNode.last.heard).toEqual(['reset', 7]);
  sound.toggle();
  expect(decoder.free).toHaveBeenCalled();
});

it('has a volume, which is remembered when asked to', async () => {
  await connect();
  const sound = newSound();
  sound.toggle();
  await live();
  expect(FakeAudioContext.last.volume.gain.value).toBe(0.25);
  sound.volume = 100;
  expect(FakeAudioContext.last.volume.gain.value).toBe(1);
  expect(remembered).toEqual([]);
  sound.remember();
  expect(remembered).toEqual([100]);
});

describe('several panels', () => {
  it('play once: the one that was unmuted last', async () => {
    await connect();
    const [first, second] = [newSound(), newSound()];
    first.toggle();
    await live();
    expect([first.state, second.state]).toEqual(['playing', 'elsewhere']);
    second.toggle();
    await live();
    expect([first.state, second.state]).toEqual(['elsewhere', 'playing']);
    const third = newSound();
    await pass();
    expect(third.state).toBe('elsewhere');
    second.toggle();
    await pass();
    expect(sounds.map(({ state }) => state)).toEqual(['muted', 'muted', 'muted']);
  });

  it('see that the playing one is closed', async () => {
    await connect();
    const [first, second] = [newSound(), newSound()];
    first.toggle();
    await live();
    first.dispose();
    await pass();
    expect(second.state).toBe('muted');
    second.toggle();
    await live();
    expect(second.state).toBe('playing');
  });
});

describe('the microphone', () => {
  const track = Object.assign(new EventTarget(), { stop: jest.fn() });

  beforeEach(() => {
    const getUserMedia = () => Promise.resolve({ getAudioTracks: () => [track], getTracks: () => [track] });
    Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia }, configurable: true });
    Object.assign(window, { AudioEncoder: FakeAudioDecoder });
  });

  it('is for those who may speak, once the desktop is unmuted', async () => {
    await connect();
    expect(newSound().microphone).toBe('hidden');
    connection.dispose();
    connection = new DesktopConnection({ name: 'default', api, openSocket: FakeSocket.open.bind(FakeSocket) });
    await connect([...RIGHTS, 'speak']);
    const sound = newSound();
    expect(sound.microphone).toBe('unavailable');
    await sound.toggleMicrophone();
    expect(sound.microphone).toBe('unavailable');
  });

  it('is on after a click, off after another, and after each interruption', async () => {
    await connect([...RIGHTS, 'speak']);
    const sound = newSound();
    sound.toggle();
    const server = await live();
    expect(sound.microphone).toBe('off');
    const asking = sound.toggleMicrophone();
    expect(sound.microphone).toBe('asking');
    await asking;
    expect(sound.microphone).toBe('on');
    await sound.toggleMicrophone();
    expect(sound.microphone).toBe('off');
    expect(server.sent).toEqual(['{"type":"microphone","on":true}', '{"type":"microphone","on":false}']);
    await sound.toggleMicrophone();
    server.drop();
    await pass(500);
    await live();
    expect(sound.microphone).toBe('off');
  });

  it('says why it cannot be used', async () => {
    const getUserMedia = () => Promise.reject(new Error('Permission denied'));
    Object.defineProperty(navigator, 'mediaDevices', { value: { getUserMedia }, configurable: true });
    await connect([...RIGHTS, 'speak']);
    const sound = newSound();
    sound.toggle();
    await live();
    await sound.toggleMicrophone();
    expect(sound.microphone).toBe('off');
    expect(notices).toEqual(['The microphone cannot be used: Permission denied']);
  });
});
