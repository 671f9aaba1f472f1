import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import ts from 'typescript';

const SOURCE = resolve(__dirname, '../../src');
const BACKENDS = resolve(__dirname, '../../jupyter_vnc_proxy/backends');

/** Return the names of the server's own backends. */
function backendNames(): string[] {
  const modules = readdirSync(BACKENDS).filter(file => file.endsWith('.py'));
  return modules.flatMap(file => {
    const text = readFileSync(join(BACKENDS, file), 'utf8');
    return [...text.matchAll(/^ {4}name = "(.+)"$/gm)].map(([, name]) => name);
  });
}

/** Return the string literals of a module's code, comments excluded. */
function stringLiterals(text: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteralLike(node)) {
      found.push(node.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile('module.ts', text, ts.ScriptTarget.Latest));
  return found;
}

/** Return the modules of src/ that each module imports, types included; ESLint's `no-cycle` ignores types. */
function importGraph(): Map<string, string[]> {
  const files = readdirSync(SOURCE, { recursive: true, encoding: 'utf8' }).filter(file => /(?<!\.d)\.ts$/.test(file));
  return new Map(
    files.map(file => {
      const { importedFiles } = ts.preProcessFile(readFileSync(join(SOURCE, file), 'utf8'));
      const local = importedFiles.map(({ fileName }) => fileName).filter(name => name.startsWith('.'));
      const paths = local.map(name => `${relative(SOURCE, resolve(SOURCE, dirname(file), name))}.ts`);
      return [file, paths.filter(path => files.includes(path))];
    })
  );
}

/** Return a cycle in a graph, or null. */
function findCycle(graph: Map<string, string[]>): string[] | null {
  const done = new Set<string>();
  const visit = (node: string, path: string[]): string[] | null => {
    if (path.includes(node)) {
      return [...path.slice(path.indexOf(node)), node];
    }
    for (const next of done.has(node) ? [] : graph.get(node)!) {
      const cycle = visit(next, [...path, node]);
      if (cycle !== null) {
        return cycle;
      }
    }
    done.add(node);
    return null;
  };
  for (const node of graph.keys()) {
    const cycle = visit(node, []);
    if (cycle !== null) {
      return cycle;
    }
  }
  return null;
}

it('has no import cycle, types included', () => {
  const graph = importGraph();
  expect(graph.get('index.ts')).toContain('tokens.ts');
  expect(findCycle(graph)).toBeNull();
});

it('finds a cycle', () => {
  const graph = new Map([
    ['a', ['b', 'c']],
    ['b', []],
    ['c', ['d']],
    ['d', ['b', 'c']]
  ]);
  expect(findCycle(graph)).toEqual(['c', 'd', 'c']);
});

it('names no backend: a model says what its backend can do', () => {
  const names = backendNames();
  expect(names).toEqual(expect.arrayContaining(['stream', 'tigervnc', 'x11vnc']));
  const named = [...importGraph().keys()].flatMap(file => {
    const literals = stringLiterals(readFileSync(join(SOURCE, file), 'utf8'));
    return literals.filter(literal => names.includes(literal)).map(literal => `${file}: ${literal}`);
  });
  expect(named).toEqual([]);
});

it('finds string literals, not comments', () => {
  expect(stringLiterals("// 'rdp'\nconst sharp = model.backend === 'stream' || `tigervnc`;")).toEqual([
    'stream',
    'tigervnc'
  ]);
});

it('has the same style sheets for bundlers that take CSS, and for those that take modules', () => {
  const imported = (file: string) =>
    [...readFileSync(join(SOURCE, '../style', file), 'utf8').matchAll(/'(.+\.css)'/g)].map(([, name]) => name);
  expect(imported('index.js')).toEqual(imported('index.css'));
});
