import { english } from '../fakes/translation';
import { titleWithStatus } from '../../../src/viewer/titles';
import { StatusView } from '../../../src/viewer/statusview';
import { modelOf } from '../fakes/api';
import { INITIAL_STATUS } from '../../../src/services/status';
import type { Desktop } from '../../../src/model';

const actions = { start: jest.fn(), retry: jest.fn(), create: jest.fn(), report: jest.fn() };

function statusOf(change: Partial<Desktop.IStatus>): Desktop.IStatus {
  return { ...INITIAL_STATUS, phase: 'running', ...change };
}

function makeProblem(change: Partial<Desktop.IProblem>): Desktop.IProblem {
  return { code: 'c', message: 'The reason.', fix: null, part: null, log: [], ...change };
}

let view: StatusView;

function show(change: Partial<Desktop.IStatus>): string {
  view.update(statusOf(change));
  return view.node.textContent ?? '';
}

function button(text: string): HTMLButtonElement {
  return [...view.node.querySelectorAll('button')].find(node => node.textContent === text)!;
}

beforeEach(() => {
  jest.clearAllMocks();
  view = new StatusView({ trans: english, actions });
  document.body.append(view.node);
});

afterEach(() => view.dispose());

describe('starting', () => {
  function states(model: Desktop.IModel | null): string[] {
    view.update(statusOf({ phase: model?.phase ?? 'starting', model }));
    return [...view.node.querySelectorAll('li')].map(item => `${item.textContent}: ${item.dataset.state}`);
  }

  it('shows the first step before the server has responded', () => {
    expect(states(null)[0]).toBe('Display: current');
  });

  it('marks completed steps', () => {
    expect(states(modelOf({ phase: 'starting', step: 'session' }))).toEqual([
      'Display: done',
      'VNC server: done',
      'Session: current'
    ]);
  });

  it('shows the last step while it connects', () => {
    expect(states(modelOf())).toEqual(['Display: done', 'VNC server: done', 'Session: current']);
  });

  it('shows websockify only if it is used', () => {
    expect(states(modelOf({ phase: 'starting', transport: 'websockify', step: 'websockify' }))).toEqual([
      'Display: done',
      'VNC server: done',
      'WebSocket bridge: current',
      'Session: ahead'
    ]);
  });
});

it('says that the desktop runs elsewhere, and how to have one of this machine', () => {
  const problem = makeProblem({ message: 'It runs in another container.', fix: 'export JUPYTER_VNC_RUNTIME_DIR=~/d' });
  expect(show({ phase: 'running-elsewhere', problem })).toContain('It runs in another container.');
  expect(view.node.querySelector('h2')?.textContent).toBe('The desktop runs elsewhere');
  expect(view.node.querySelector('code')?.textContent).toBe(problem.fix);
  button('Try Again').click();
  expect(actions.start).toHaveBeenCalledTimes(1);
});

describe('failed', () => {
  const problem = makeProblem({ fix: 'apt-get install xterm', part: 'session', log: ['one', 'two'] });

  it('shows the reason, the command that fixes it and the end of the log', () => {
    const text = show({ phase: 'failed', problem });
    expect(text).toContain('The reason.');
    expect(view.node.querySelector('code')?.textContent).toBe('apt-get install xterm');
    expect(view.node.querySelector('details pre')?.textContent).toBe('one\ntwo');
  });

  it('copies the command', async () => {
    const writeText = jest.fn().mockResolvedValue(undefined);
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
    show({ phase: 'failed', problem });
    button('Copy').click();
    await Promise.resolve();
    expect(writeText).toHaveBeenCalledWith('apt-get install xterm');
    expect(button('Copied')).toBeDefined();
  });

  it('selects the command if there is no clipboard', async () => {
    Object.defineProperty(navigator, 'clipboard', { value: undefined, configurable: true });
    show({ phase: 'failed', problem });
    button('Copy').click();
    await Promise.resolve();
    expect(getSelection()?.toString()).toBe('apt-get install xterm');
  });

  it('shows markup of a log as text', () => {
    show({ phase: 'failed', problem: makeProblem({ message: '<b>x</b>', log: ['<img src=x>'] }) });
    expect(view.node.querySelector('b, img')).toBeNull();
  });

  it('starts again on request', () => {
    show({ phase: 'failed', problem });
    button('Try Again').click();
    expect(actions.start).toHaveBeenCalledTimes(1);
  });

  it("copies the report, or the client's details if there is none", async () => {
    const writeText = jest.fn();
    Object.defineProperty(navigator, 'clipboard', { value: { writeText }, configurable: true });
    actions.report.mockRejectedValue(new Error('gone'));
    show({ phase: 'failed', problem: makeProblem({ code: 'x', fix: 'do' }), model: modelOf({ phase: 'failed' }) });
    button('Copy Report').click();
    await new Promise(done => setTimeout(done));
    const text = String((writeText.mock.calls as string[][])[0][0]);
    expect(text).toMatch(/^default: failed x\nThe reason\.\ndo\ntigervnc \(direct\)/);
    expect(text).toContain('gone');
    view.clear();
    expect(view.node.children).toHaveLength(0);
  });

  it('keeps the elements if the status is unchanged', () => {
    show({ phase: 'failed', problem });
    const details = view.node.querySelector('details')!;
    details.open = false;
    show({ phase: 'failed', problem });
    expect(view.node.querySelector('details')).toBe(details);
  });
});

describe('stopped', () => {
  it('offers to start', () => {
    expect(show({ phase: 'stopped' })).toContain('stopped');
    button('Start').click();
    expect(actions.start).toHaveBeenCalledTimes(1);
  });

  it('shows the reason if the server reports one', () => {
    const problem = makeProblem({ code: 'unused', message: 'Nobody had used it.' });
    expect(show({ phase: 'stopped', problem })).toContain('Nobody had used it.');
    expect(button('Copy Report')).toBeUndefined();
  });
});

describe('removed', () => {
  it('offers to create it again', () => {
    expect(show({ phase: 'stopped', problem: makeProblem({ code: 'unknown-desktop' }) })).toContain(
      'This desktop does not exist'
    );
    button('Create It Again').click();
    expect(actions.create).toHaveBeenCalledTimes(1);
  });
});

describe('lost', () => {
  beforeEach(() => jest.useFakeTimers());
  afterEach(() => jest.useRealTimers());

  it('counts down to the next attempt', () => {
    expect(show({ phase: 'lost', retryAt: Date.now() + 2000 })).toContain('Trying again in 2 s');
    jest.advanceTimersByTime(1000);
    expect(view.node.textContent).toContain('Trying again in 1 s');
    jest.advanceTimersByTime(1000);
    expect(view.node.textContent).toContain('Connecting…');
  });

  it('retries immediately on request', () => {
    show({ phase: 'lost', retryAt: Date.now() + 2000 });
    button('Try Now').click();
    expect(actions.retry).toHaveBeenCalledTimes(1);
  });

  it.each([
    ['0', 'does not respond'],
    ['403', 'Log in again'],
    ['viewer', 'could not be loaded'],
    ['404', 'such as a proxy: The reason.'],
    ['424', 'is not running. Start it on the hub.'],
    ['502', 'A proxy cannot reach the Jupyter server: The reason.'],
    ['500', 'The Jupyter server responded: The reason.'],
    ['hidden', 'closed while the desktop was hidden']
  ])('explains code %s', (code, text) => {
    const problem = makeProblem({ code });
    expect(show({ phase: 'lost', problem, retryAt: Date.now() + 1 })).toContain(text);
  });

  it.each([
    ['access-withdrawn', 'Your access was withdrawn.'],
    ['protocol-error', 'does not know a message of this viewer'],
    ['origin-not-allowed', 'this page’s address is not allowed'],
    ['no-websocket', 'WebSockets do not get through'],
    ['xsrf-token-refused', 'Reload the page'],
    ['refused', 'The reason.']
  ])('says why the server refuses the connection (%s)', (code, text) => {
    const shown = show({ phase: 'lost', problem: makeProblem({ code, fix: 'the setting' }) });
    expect(shown).toContain(text);
    expect(shown).toContain('the setting');
    expect(shown).not.toContain('stopped');
    expect(button('Reconnect')).toBeDefined();
  });

  it('offers to reconnect if it does not retry', () => {
    expect(show({ phase: 'lost', problem: makeProblem({ code: 'idle' }) })).toContain('Paused');
    button('Reconnect').click();
    expect(actions.retry).toHaveBeenCalledTimes(1);
  });

  it('stops the countdown when disposed', () => {
    show({ phase: 'lost', retryAt: Date.now() + 2000 });
    view.dispose();
    view.dispose();
    expect(jest.getTimerCount()).toBe(0);
  });

  it('stops the countdown when cleared', () => {
    show({ phase: 'lost', retryAt: Date.now() + 2000 });
    view.clear();
    expect(jest.getTimerCount()).toBe(0);
    expect(view.node.textContent).toBe('');
  });
});

describe('missing', () => {
  it('explains what to install', () => {
    expect(show({ phase: 'missing' })).toContain('pip install jupyter-vnc-proxy');
    button('Try Again').click();
    expect(actions.retry).toHaveBeenCalledTimes(1);
  });
});

describe('a title', () => {
  it.each<[string, Partial<Desktop.IStatus>]>([
    ['Desktop', { phase: 'running', connected: true }],
    ['Desktop (starting)', { phase: 'starting' }],
    ['Desktop (stopped)', { phase: 'stopped' }],
    ['Desktop (removed)', { phase: 'stopped', problem: makeProblem({ code: 'unknown-desktop' }) }],
    ['Desktop (failed)', { phase: 'failed' }],
    ['Desktop (running elsewhere)', { phase: 'running-elsewhere' }],
    ['Desktop (reconnecting)', { phase: 'lost', retryAt: 1 }],
    ['Desktop (disconnected)', { phase: 'lost' }],
    ['Desktop (paused)', { phase: 'lost', problem: makeProblem({ code: 'idle' }) }],
    ['Desktop (paused)', { phase: 'lost', problem: makeProblem({ code: 'hidden' }) }],
    ['Desktop (not installed)', { phase: 'missing' }]
  ])('is "%s"', (title, change) => {
    expect(titleWithStatus('Desktop', statusOf(change), english)).toBe(title);
  });

  it('is the name of another desktop', () => {
    expect(titleWithStatus('work', statusOf({ connected: true }), english)).toBe('work');
  });
});
