/** TypeScript and its imports as one file that Node or a page can run. */
import { join } from 'node:path'
import { type BuildOptions, build } from 'esbuild'

export interface BundleOptions {
  /** The project's folder. */
  readonly root: string
  /** Where the file goes, '.mjs' in Node. */
  readonly outfile: string
  /** Default 'node'. */
  readonly platform?: 'node' | 'browser'
  /** Default: what the development of Tidewire itself uses, its sources. */
  readonly esbuild?: BuildOptions
}

/** `entry`: a path, or the code of a module in `test/bench`. Frameworks are bundled as they are in production. */
export async function bundle(
  entry: string | { readonly code: string },
  { root, outfile, platform = 'node', esbuild }: BundleOptions,
): Promise<void> {
  const stdin = typeof entry !== 'string' && {
    contents: entry.code,
    resolveDir: join(root, 'test/bench'),
    loader: 'ts' as const,
  }
  await build({
    ...(stdin ? { stdin } : { entryPoints: [entry as string] }),
    outfile,
    bundle: true,
    format: 'esm',
    platform,
    target: platform === 'node' ? 'node20' : 'es2022',
    // Node's built-in modules, for packages that are not ESM.
    ...(platform === 'node' && {
      banner: {
        js: "import { createRequire as createRequireOfBundle } from 'node:module'; const require = createRequireOfBundle(import.meta.url)",
      },
    }),
    define: {
      'process.env.NODE_ENV': '"production"',
      __VUE_OPTIONS_API__: 'true',
      __VUE_PROD_DEVTOOLS__: 'false',
      __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
    },
    external: ['esbuild'],
    nodePaths: [join(root, 'test/peers/node_modules')],
    logLevel: 'error',
    ...esbuild,
  })
}
