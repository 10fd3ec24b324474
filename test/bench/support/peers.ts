/** The packages that Tidewire is compared with: a project of their own, `test/peers`, since nothing else needs them. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'

interface Manifest {
  readonly version: string
  readonly dependencies?: Readonly<Record<string, string>>
}

const manifestOf = async (folder: string) =>
  JSON.parse(await readFile(join(folder, 'package.json'), 'utf8')) as Manifest

/** Installs them where they are missing, or are not those of the lock file. Gives their versions. */
export async function preparePeers(root: string): Promise<Readonly<Record<string, string>>> {
  const folder = join(root, 'test/peers')
  const { dependencies = {} } = await manifestOf(folder)
  const versions = async () =>
    Object.fromEntries(
      await Promise.all(
        Object.keys(dependencies).map(async (name) => {
          const installed = join(folder, 'node_modules', name)
          const known = existsSync(join(installed, 'package.json'))
          return [name, known ? (await manifestOf(installed)).version : ''] as const
        }),
      ),
    )
  const isStale = (found: Readonly<Record<string, string>>) =>
    Object.entries(dependencies).some(([name, wanted]) => found[name] !== wanted)

  let found = await versions()
  if (isStale(found)) {
    console.info('Installing the packages to compare with: npm ci in test/peers, once.')
    const npm = spawn('npm', ['ci', '--no-audit', '--no-fund'], {
      cwd: folder,
      stdio: 'inherit',
      shell: process.platform === 'win32',
    })
    const [code] = (await once(npm, 'exit')) as [number | null]
    found = await versions()
    if (code !== 0 || isStale(found))
      throw new Error(`npm ci in test/peers ended with ${code}: there is nothing to compare with.`)
  }
  return found
}
