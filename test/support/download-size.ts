/** What a page downloads of a package: its code, bundled and minified by esbuild, compressed with brotli. */
import { brotliCompressSync } from 'node:zlib'
import { build } from 'esbuild'

interface Entry {
  readonly name: string
  readonly entry: string
  /** Bytes. */
  readonly budget: number
  /** What is counted elsewhere. */
  readonly without: readonly string[]
}

/** What the project allows itself, for each name beside signals-core and the frameworks. */
export const BUDGETS: readonly Entry[] = [
  { name: 'openEventStream', entry: 'tidewire', budget: 3150, without: [] },
  { name: 'createSource', entry: 'tidewire', budget: 10_250, without: [] },
  { name: 'SSEClient', entry: 'tidewire', budget: 13_600, without: [] },
  // What they share with the client is counted there.
  { name: 'useSSE', entry: 'tidewire/react', budget: 900, without: ['./chunk-*'] },
  { name: 'useSSE', entry: 'tidewire/vue', budget: 900, without: ['./chunk-*'] },
]

/** In bytes. `from`: the folder in which the code's imports are looked up, before `nodePaths`. */
export async function downloadSize(
  code: string,
  from: string,
  external: readonly string[],
  nodePaths: readonly string[] = [],
): Promise<number> {
  const { outputFiles } = await build({
    stdin: { contents: code, resolveDir: from },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    target: 'es2022',
    platform: 'browser',
    // Not the project's own, whose paths lead to the sources.
    tsconfigRaw: {},
    nodePaths: [...nodePaths],
    external: [...external],
    logLevel: 'error',
  })
  return brotliCompressSync(outputFiles[0]?.contents ?? '').length
}
