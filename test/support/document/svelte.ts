/** A Svelte component for the compiler's eyes: its script, then what its template says. */
import { type AST, parse } from 'svelte/compiler'

const RUNES = ['props', 'state', 'derived', 'effect', 'bindable', 'inspect', 'host']

type Node = { readonly type: string; readonly start: number; readonly end: number }

/** The script with the stores it reads as `$name`, and each expression of the template where its names are in scope. */
export function checkedSvelte(code: string): string {
  const { instance, fragment } = parse(code, { modern: true }) as AST.Root
  const inner = instance?.content as unknown as Node | undefined
  const script = inner ? code.slice(inner.start, inner.end) : ''
  const names = new Set(Array.from(code.matchAll(/\$([a-zA-Z]\w*)/g), ([, name = '']) => name))
  const stores = [...names].filter((name) => !RUNES.includes(name))
  return [
    script,
    'type StoreValue<S> = S extends { subscribe(run: (value: infer V) => void): unknown } ? V : never',
    ...stores.map((name) => `declare const $${name}: StoreValue<typeof ${name}>`),
    `export default () => {\n${statementsOf(fragment.nodes, code)}\n}`,
  ].join('\n')
}

/** What a template computes, as statements in its order. */
function statementsOf(nodes: AST.Fragment['nodes'], code: string): string {
  const textOf = (node: unknown) => code.slice((node as Node).start, (node as Node).end)
  const use = (expression: unknown) => `void (${textOf(expression)})`
  return nodes
    .flatMap((node): string[] => {
      switch (node.type) {
        case 'ExpressionTag':
          return [use(node.expression)]
        case 'IfBlock':
          return [
            `if (${textOf(node.test)}) {\n${statementsOf(node.consequent.nodes, code)}\n}`,
            ...(node.alternate ? [`else {\n${statementsOf(node.alternate.nodes, code)}\n}`] : []),
          ]
        case 'EachBlock':
          return [
            `for (const ${textOf(node.context)} of ${textOf(node.expression)}) {`,
            ...(node.key ? [use(node.key)] : []),
            `${statementsOf(node.body.nodes, code)}\n}`,
          ]
        case 'RegularElement':
        case 'Component':
          return [
            ...node.attributes.flatMap(expressionsOf).map(use),
            statementsOf(node.fragment.nodes, code),
          ]
        case 'Text':
        case 'Comment':
          return []
        default:
          throw new Error(`checkedSvelte knows no ${node.type}: teach it.`)
      }
    })
    .join('\n')
}

function expressionsOf(attribute: AST.RegularElement['attributes'][number]): unknown[] {
  if (attribute.type !== 'Attribute')
    throw new Error(`checkedSvelte knows no ${attribute.type}: teach it.`)
  const { value } = attribute
  if (value === true) return []
  return [value].flat().flatMap((part) => (part.type === 'ExpressionTag' ? [part.expression] : []))
}
