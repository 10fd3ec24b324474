/** Measures every cell and writes the table. Nothing in it depends on the day or the speed of the machine. */
import { readFile, writeFile } from 'node:fs/promises'
import { chromium } from 'playwright'
import { cureFor, programOf } from '../support/browsers/browser.js'
import { type Realm, type Row, runRows } from './cell.js'
import { inPage, inWorker } from './realm.js'
import { rows } from './rows/index.js'

export interface Paths {
  /** `page.mjs` and `worker.mjs`, each as one file. */
  readonly page: string
  readonly worker: string
  /** The manifest that names the versions of the peers. */
  readonly peers: string
  readonly output: string
}

interface Column {
  readonly title: string
  /** Where it was run. */
  readonly place: 'Chromium' | 'Node'
  readonly version: string
  /** Requests other than a plain GET can be made with it. */
  readonly requests: boolean
  readonly realm: () => Realm
}

/** Rows of one column; the columns of one place run side by side. */
const AT_ONCE = 4
const TRIES = 3

export async function writeTable(paths: Paths): Promise<void> {
  const executablePath = programOf('chromium')
  if (!executablePath) throw new Error(cureFor('chromium'))
  const browser = await chromium.launch({
    executablePath,
    args: ['--no-sandbox', '--disable-gpu', '--disable-quic', '--disable-background-networking'],
  })
  try {
    const page = await readFile(paths.page, 'utf8')
    const manifest = JSON.parse(await readFile(paths.peers, 'utf8'))
    const version = (name: string): string => manifest.dependencies[name]
    const inNode = (name: string) => ({
      place: 'Node' as const,
      realm: () => inWorker(paths.worker, name),
    })
    const inChromium = (name: string) => ({
      place: 'Chromium' as const,
      realm: () => inPage(browser, page, name),
    })
    const columns: Column[] = [
      {
        title: '`EventSource`',
        version: `Chromium ${browser.version().split('.')[0]}`,
        requests: false,
        ...inChromium('native'),
      },
      {
        title: '`eventsource`',
        version: version('eventsource'),
        requests: true,
        ...inNode('eventsource'),
      },
      {
        title: '`eventsource-client`',
        version: version('eventsource-client'),
        requests: true,
        ...inNode('eventsource-client'),
      },
      {
        title: '`fetch-event-source`',
        version: version('@microsoft/fetch-event-source'),
        requests: true,
        ...inChromium('fetch-event-source'),
      },
      { title: 'Tidewire', version: 'this tree', requests: true, ...inNode('tidewire') },
      { title: 'Tidewire', version: 'this tree', requests: true, ...inChromium('tidewire') },
    ]
    const results = new Map<Column, Map<Row, string>>()
    for (const place of ['Node', 'Chromium'])
      await Promise.all(
        columns
          .filter((column) => column.place === place)
          .map(async (column) => {
            results.set(column, await measure(column))
            console.log(`${column.title} in ${place}: ${score(results.get(column))}`)
          }),
      )
    await writeFile(paths.output, describe(columns, results))
    console.log(`Written: ${paths.output}`)
  } finally {
    await browser.close()
  }
}

async function measure({ requests, realm }: Column): Promise<Map<Row, string>> {
  const fitting = rows.filter(({ needs }) => requests || needs !== 'requests')
  const results = await runRows(fitting, realm, { atOnce: AT_ONCE, tries: TRIES })
  return new Map(
    rows.map((row) => [row, fitting.includes(row) ? (results.get(row) ?? 'pass') : '–']),
  )
}

function score(cells: ReadonlyMap<Row, string> = new Map()): string {
  const measured = [...cells.values()].filter((cell) => cell !== '–')
  return `${measured.filter((cell) => cell === 'pass').length} of ${measured.length}`
}

function describe(columns: readonly Column[], results: Map<Column, Map<Row, string>>): string {
  const cell = (text: string) => text.replaceAll('|', '\\|')
  const line = (cells: readonly string[]) => `| ${cells.map(cell).join(' | ')} |`
  const groups = [...new Set(rows.map(({ group }) => group))]
  const tables = groups.flatMap((group) => [
    `## ${group}`,
    '',
    line(['row', 'asked by', 'expected', ...columns.map(headOf)]),
    line(['---', '---', '---', ...columns.map(() => '---')]),
    ...rows
      .filter((row) => row.group === group)
      .map((row) =>
        line([
          row.name,
          row.section,
          row.expected,
          ...columns.map((column) => results.get(column)?.get(row) ?? ''),
        ]),
      ),
    '',
  ])
  return [
    '# Conformance',
    '',
    'What clients for server-sent events do, each with its defaults: written by `npm run conformance`, every cell measured in that run',
    'against a server that follows a script. What this page says of Tidewire in Node is asserted by `npm test` as well, where each row has one try.',
    '',
    '- "HTML" is the [WHATWG HTML standard](https://html.spec.whatwg.org/multipage/server-sent-events.html), with the number of the section;',
    '  "practice" is what a program on real networks needs where no standard asks for it, and some of it the standard rules out:',
    '  it gives up for good where a server only asks to come back later. A client that obeys it there has done nothing wrong.',
    '- `pass`: as expected in one of three tries at most, since no client is blamed for a busy machine. `–`: the client cannot be asked that.',
    '  Anything else is what it did instead.',
    '- `eventsource` has no options for a request, but takes a `fetch`; it was given one. `fetch-event-source` ran with `openWhenHidden`,',
    '  since by default it closes in a page that nobody sees.',
    '',
    line(['client', 'version', 'ran in', 'as expected']),
    line(['---', '---', '---', '---']),
    ...columns.map((column) =>
      line([
        column.title,
        column.version,
        column.place === 'Node' ? `Node ${process.versions.node.split('.')[0]}` : 'Chromium',
        score(results.get(column)),
      ]),
    ),
    '',
    ...tables,
  ].join('\n')
}

const headOf = ({ title, place }: Column) => `${title} (${place})`
