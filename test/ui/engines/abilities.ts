import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { REPOSITORY } from '../jupyter';

import type { Engine } from './browser';

/** Notes what an engine does; scripts/document_browsers.py writes the table in the documentation from it. */
export function note(engine: Engine, ability: string, how: string): void {
  const directory = join(REPOSITORY, 'reports');
  const file = join(directory, `engines.${engine}.json`);
  mkdirSync(directory, { recursive: true });
  const noted = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>) : {};
  writeFileSync(file, `${JSON.stringify({ ...noted, [ability]: how }, null, 2)}\n`);
}
