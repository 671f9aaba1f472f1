import type { ISessionContext } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { Widget } from '@lumino/widgets';

type Variables = Record<string, string>;

/** The code that sets environment variables, by language as kernels name it. */
const LANGUAGES: Record<string, (variables: Variables) => string> = {
  python: variables => `import os as _os; _os.environ.update(${JSON.stringify(variables)}); del _os`,
  R: variables =>
    `Sys.setenv(${Object.entries(variables)
      .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
      .join(', ')})`,
  julia: variables =>
    Object.entries(variables)
      .map(([name, value]) => `ENV["${name}"] = ${JSON.stringify(value).replaceAll('$', '\\$')}`)
      .join('; ')
};

/** Return code that sets environment variables in a language; null if the language is unknown. */
export function codeToSet(language: string, variables: Variables): string | null {
  return LANGUAGES[language]?.(variables) ?? null;
}

/** Return the kernel of a notebook or console; null for any other widget. */
export function kernelOf(widget: Widget | null): Kernel.IKernelConnection | null {
  const { sessionContext } = (widget ?? {}) as { sessionContext?: ISessionContext };
  return sessionContext?.session?.kernel ?? null;
}

/** Set environment variables in a kernel, without an entry in its history; throw the kernel's error. */
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
