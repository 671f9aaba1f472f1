import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { Widget } from '@lumino/widgets';

/** Environment variables and their values; null removes one. */
export type Variables = Record<string, string | null>;

/** The code that sets and removes environment variables, by language as kernels name it. */
const LANGUAGES: Record<string, (values: Record<string, string>, removed: string[]) => string> = {
  python: (values, removed) =>
    `import os as _os; _os.environ.update(${JSON.stringify(values)}); ` +
    removed.map(name => `_os.environ.pop(${JSON.stringify(name)}, None); `).join('') +
    'del _os',
  R: (values, removed) =>
    [
      ...Object.entries(values).map(([name, value]) => `Sys.setenv(${name} = ${JSON.stringify(value)})`),
      ...removed.map(name => `Sys.unsetenv(${JSON.stringify(name)})`)
    ].join('; '),
  julia: (values, removed) =>
    [
      ...Object.entries(values).map(
        ([name, value]) => `ENV["${name}"] = ${JSON.stringify(value).replaceAll('$', '\\$')}`
      ),
      ...removed.map(name => `delete!(ENV, "${name}")`)
    ].join('; ')
};

/** Return code that sets and removes environment variables in a language; null if the language is unknown. */
export function codeToSet(language: string, variables: Variables): string | null {
  const values = Object.entries(variables).filter((each): each is [string, string] => each[1] !== null);
  const removed = Object.keys(variables).filter(name => variables[name] === null);
  return LANGUAGES[language]?.(Object.fromEntries(values), removed) ?? null;
}

/** Return the kernel of a notebook or console; null for any other widget. */
export function kernelOf(widget: Widget | null): Kernel.IKernelConnection | null {
  const { sessionContext } = (widget ?? {}) as { sessionContext?: ISessionContext };
  return sessionContext?.session?.kernel ?? null;
}

/** Set and remove environment variables in a kernel, without an entry in its history; throw the kernel's error. */
export async function setVariables(kernel: Kernel.IKernelConnection, variables: Variables): Promise<void> {
  const { language_info: language } = await kernel.info;
  const code = codeToSet(language.name, variables);
  if (code === null) {
    throw new UnknownLanguage(language.name);
  }
  const { content } = await kernel.requestExecute({ code, silent: true, store_history: false }).done;
  if (content.status !== 'ok') {
    throw new Error(content.status === 'error' ? `${content.ename}: ${content.evalue}` : content.status);
  }
}

/** The kernel's language is unknown. */
export class UnknownLanguage extends Error {
  constructor(readonly language: string) {
    super(language);
  }
}
