import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';

export interface IProcess {
  pid: number;
  /** The program, without its directory. */
  name: string;
  argv: string[];
}

/** The processes for which `select` returns true, given their directory in /proc; omits those that exit meanwhile. */
function processes(select: (directory: string) => boolean): IProcess[] {
  const found: IProcess[] = [];
  for (const entry of readdirSync('/proc')) {
    const directory = `/proc/${entry}`;
    try {
      if (/^\d+$/.test(entry) && select(directory)) {
        const argv = words(`${directory}/cmdline`);
        found.push({ pid: Number(entry), name: basename(argv[0] ?? ''), argv });
      }
    } catch {
      // It has ended, or is another user's.
    }
  }
  return found;
}

/** Processes that have `NAME=value` in their environment. */
export function processesWith(variable: string): IProcess[] {
  return processes(directory => words(`${directory}/environ`).includes(variable));
}

/** The environment of a process. */
export function environmentOf(pid: number): Record<string, string> {
  const entries = words(`/proc/${pid}/environ`).map(entry => entry.split(/=(.*)/s, 2) as [string, string]);
  return Object.fromEntries(entries);
}

/** How long ago a process was started, in seconds (proc(5): field 22 of stat, in hundredths). */
export function ageOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /s, '')
    .split(' ');
  return parseFloat(readFileSync('/proc/uptime', 'utf8')) - Number(fields[19]) / 100;
}

/** Whether a process is there and isn't a zombie. */
export function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

/** The TCP ports that a process listens on, on any address (proc(5), /proc/net/tcp); none if it has exited. */
export function listeningPorts(pid: number): number[] {
  try {
    const ports = new Map<string, number>();
    for (const table of ['tcp', 'tcp6']) {
      for (const line of readFileSync(`/proc/${pid}/net/${table}`, 'utf8').trim().split('\n').slice(1)) {
        const [, local, , state, , , , , , inode] = line.trim().split(/\s+/);
        if (state === '0A') {
          ports.set(`socket:[${inode}]`, parseInt(local.split(':')[1], 16));
        }
      }
    }
    const sockets = readdirSync(`/proc/${pid}/fd`).map(descriptor => linkOf(`/proc/${pid}/fd/${descriptor}`));
    return sockets.flatMap(socket => ports.get(socket) ?? []);
  } catch {
    return [];
  }
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path);
  } catch {
    return ''; // closed meanwhile
  }
}

function words(path: string): string[] {
  return readFileSync(path, 'utf8').split('\0').filter(Boolean);
}
