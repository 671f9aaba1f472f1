/**
 * Sums up a trace of Chromium's: CPU milliseconds by stage, and the events that took most of each thread's.
 *
 * Each event counts the CPU time of its thread, without that of the events inside it.
 */

/** The stage of an event by its name, on the main thread of a page. What is left there is `other main`. */
const STAGES = [
  ['garbage collection', /^(Minor|Major)GC|^V8\.GC|BlinkGC/],
  ['paint', /^(Paint|PrePaint|Layerize|Commit|CompositeLayers|UpdateLayerTree|UpdateLayoutTree|Layout|Layer|Hit)/],
  ['script', /^(FunctionCall|EvaluateScript|RunMicrotasks|V8|v8|EventDispatch|TimerFire|FireAnimationFrame|WebSocket)/]
];

/** The stage by the name of a page's thread. */
const THREADS = [
  [/^CompositorTileWorker/, 'raster'],
  [/^Compositor/, 'compositor'],
  [/^(ThreadPool|Media|av:)/, 'decode'],
  [/^DedicatedWorker/, 'script']
];

export const CATEGORIES = [
  'toplevel',
  'devtools.timeline',
  'disabled-by-default-devtools.timeline',
  'blink',
  'cc',
  'gpu',
  'viz',
  'media',
  'v8'
];

const MAX_EVENTS = 12;

function stageOf(process, thread, event) {
  if (process !== 'Renderer') {
    return process === 'GPU Process' ? 'gpu process' : 'browser and network';
  }
  if (thread === 'CrRendererMain') {
    return STAGES.find(([, pattern]) => pattern.test(event))?.[0] ?? 'other main';
  }
  return THREADS.find(([pattern]) => pattern.test(thread))?.[1] ?? 'other threads';
}

/** Return `{stages, events}`: milliseconds by stage, and by `process thread event` of the most expensive ones. */
export function summarize(trace) {
  const names = { process_name: new Map(), thread_name: new Map() };
  const threads = new Map();
  for (const event of trace) {
    if (event.ph === 'M' && names[event.name] !== undefined) {
      names[event.name].set(event.name === 'process_name' ? event.pid : `${event.pid} ${event.tid}`, event.args.name);
    } else if (event.ph === 'X' && event.tdur !== undefined) {
      const key = `${event.pid} ${event.tid}`;
      if (!threads.has(key)) {
        threads.set(key, []);
      }
      threads.get(key).push(event);
    }
  }
  const stages = {};
  const events = {};
  for (const [key, list] of threads) {
    const process = names.process_name.get(Number(key.split(' ')[0])) ?? '?';
    const thread = (names.thread_name.get(key) ?? '?').replace(/\/.*$/, '');
    for (const [name, micros] of selfTimes(list)) {
      const stage = stageOf(process, thread, name);
      stages[stage] = (stages[stage] ?? 0) + micros / 1000;
      const place = `${process}, ${thread}: ${name}`;
      events[place] = (events[place] ?? 0) + micros / 1000;
    }
  }
  const top = Object.entries(events).sort((a, b) => b[1] - a[1]);
  return { stages, events: Object.fromEntries(top.slice(0, MAX_EVENTS)) };
}

/** Return the name and the CPU microseconds of each of a thread's events, without those of the events inside it. */
function selfTimes(list) {
  const sorted = [...list].sort((a, b) => a.ts - b.ts || b.dur - a.dur);
  const open = [];
  const result = [];
  for (const event of sorted) {
    while (open.length > 0 && open.at(-1).end <= event.ts) {
      open.pop();
    }
    const entry = [event.name, event.tdur];
    result.push(entry);
    if (open.length > 0) {
      open.at(-1).entry[1] -= event.tdur;
    }
    open.push({ end: event.ts + event.dur, entry });
  }
  return result.map(([name, micros]) => [name, Math.max(0, micros)]);
}
