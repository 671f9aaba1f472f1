// Finds the texts to translate: in src/, by the TypeScript compiler's own parser, and in the settings' schema.
import { readFileSync } from 'node:fs';
import ts from 'typescript';

/** The number of leading string arguments of each method of a translation bundle, and what they are. */
const METHODS = {
  __: ['msgid'],
  _n: ['msgid', 'msgid_plural'],
  _p: ['msgctxt', 'msgid'],
  _np: ['msgctxt', 'msgid', 'msgid_plural']
};

/** Marks a text that is translated elsewhere, as gettext's N_ does. */
const MARKER = 'translatable';

/** Which strings of a schema JupyterLab translates, and in which context; as in jupyterlab_server. */
const SELECTORS = [
  [/^\/(title|description)$/, 'schema'],
  [/^\/(properties|definitions\/.*\/properties)\/.*\/(title|description)$/, 'settings'],
  [/^\/jupyter\.lab\.setting-icon-label$/, 'settings'],
  [/^\/jupyter\.lab\.menus\/.*\/label$/, 'menu'],
  [/^\/jupyter\.lab\.toolbars\/.*\/label$/, 'toolbar']
];

/** Return all texts, sorted, and errors for calls whose text is not a literal. */
export function extract() {
  const texts = new Map();
  const errors = [];
  const add = (file, { msgctxt = '', msgid, msgid_plural }) => {
    const key = `${msgctxt}\u0004${msgid}`;
    const known = texts.get(key) ?? { msgctxt, msgid, msgid_plural, files: new Set() };
    known.msgid_plural ??= msgid_plural;
    known.files.add(file);
    texts.set(key, known);
  };
  for (const file of ts.sys.readDirectory('src', ['.ts'], ['**/*.d.ts']).sort()) {
    fromSource(
      file,
      text => add(file, text),
      error => errors.push(error)
    );
  }
  for (const file of ts.sys.readDirectory('schema', ['.json']).sort()) {
    fromSchema(JSON.parse(readFileSync(file, 'utf8')), '', text => add(file, text));
  }
  const sorted = [...texts.values()].sort((a, b) => compare(a.msgid, b.msgid) || compare(a.msgctxt, b.msgctxt));
  return { texts: sorted, errors };
}

function compare(a, b) {
  return a < b ? -1 : a > b ? 1 : 0;
}

function fromSource(file, add, fail) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest, true);
  const visit = node => {
    if (ts.isCallExpression(node)) {
      const names = argumentNames(node.expression);
      const values = names.map((_, index) => literal(node.arguments[index]));
      if (values.includes(null)) {
        const { line } = source.getLineAndCharacterOfPosition(node.getStart());
        fail(`${file}:${line + 1}: the text of a translation must be a literal: ${node.getText().slice(0, 60)}`);
      } else if (names.length > 0) {
        // JupyterLab's own texts are in its own catalogue.
        if (!/load\(['"]jupyterlab['"]\)/.test(node.expression.getText())) {
          add(Object.fromEntries(names.map((name, index) => [name, values[index]])));
        }
      }
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
}

function argumentNames(callee) {
  if (ts.isPropertyAccessExpression(callee)) {
    return Object.hasOwn(METHODS, callee.name.text) ? METHODS[callee.name.text] : [];
  }
  return ts.isIdentifier(callee) && callee.text === MARKER ? ['msgid'] : [];
}

/** Return the text of a string literal, or of several with "+" between them; null for anything else. */
function literal(node) {
  if (node === undefined) {
    return null;
  }
  if (ts.isStringLiteralLike(node)) {
    return node.text;
  }
  if (ts.isParenthesizedExpression(node)) {
    return literal(node.expression);
  }
  if (ts.isBinaryExpression(node) && node.operatorToken.kind === ts.SyntaxKind.PlusToken) {
    const [left, right] = [literal(node.left), literal(node.right)];
    return left === null || right === null ? null : left + right;
  }
  return null;
}

function fromSchema(value, path, add) {
  for (const [key, child] of Object.entries(value)) {
    const childPath = Array.isArray(value) ? `${path}[${key}]` : `${path}/${key}`;
    if (typeof child === 'object' && child !== null) {
      fromSchema(child, childPath, add);
    } else if (typeof child === 'string' && /[A-Za-z]/.test(child)) {
      const found = SELECTORS.find(([pattern]) => pattern.test(childPath));
      if (found !== undefined) {
        add({ msgctxt: found[1], msgid: child });
      }
    }
  }
}
