/** nginx as a child process on a free port of this machine, with a configuration of the project's docs. */
import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { type ClientHttp2Session, connect } from 'node:http2'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { freePort } from './free-port.js'

const missing = ['nginx', 'openssl'].filter(
  (program) => spawnSync('sh', ['-c', `command -v ${program}`]).status !== 0,
)

/** Both programs are there. Without them the tests of nginx are skipped, and say so; with `CI` that is a failure. */
export const hasNginx = missing.length === 0
if (!hasNginx) {
  const why = `Not found: ${missing.join(', ')}. Install them (Debian: apt-get install nginx-light openssl).`
  if (process.env.CI) throw new Error(why)
  console.warn(`\n!! THE TESTS OF NGINX ARE SKIPPED. ${why}\n`)
}

export interface Nginx {
  /** What the browser's end of it gives: a request over HTTP/2, to the site's own name. */
  fetch(request: Request): Promise<Response>
  /** Over HTTP/1.1 as well. */
  readonly port: number
  readonly certificate: string
  stop(): Promise<void>
}

const SITE = 'example.com'

/** What is unlikely in a site of its own, and would break a stream: the site has to say better. */
const SURROUNDINGS =
  'gzip on; gzip_proxied any; gzip_types *; gzip_min_length 1; gzip_buffers 16 8k;'

/** Runs a site whose server is at `upstream`. `changes` are texts of the configuration and what stands for them. */
export async function startNginx(
  site: string,
  upstream: number,
  changes: Readonly<Record<string, string>> = {},
): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'nginx-'))
  const at = (name: string) => join(folder, name)
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
  const names = ['-subj', `/CN=${SITE}`, '-addext', `subjectAltName=DNS:${SITE}`]
  const files = ['-keyout', at('key.pem'), '-out', at('cert.pem')]
  execFileSync('openssl', ['req', '-x509', ...key, ...names, ...files, '-days', '2'], {
    stdio: 'ignore',
  })
  const certificate = execFileSync('cat', [at('cert.pem')], { encoding: 'utf8' })

  const port = await freePort()
  let text = site
  const places = {
    'listen 443 ssl http2': `listen 127.0.0.1:${port} ssl http2`,
    '127.0.0.1:3000': `127.0.0.1:${upstream}`,
    '/etc/ssl/example.com.pem': at('cert.pem'),
    '/etc/ssl/example.com.key': at('key.pem'),
    ...changes,
  }
  for (const [written, here] of Object.entries(places)) {
    if (!text.includes(written)) throw new Error(`The configuration does not say "${written}".`)
    text = text.replaceAll(written, here)
  }
  await writeFile(at('site.conf'), text)
  const paths = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    .map((name) => `${name}_temp_path ${at(name)};`)
    .join(' ')
  await writeFile(
    at('nginx.conf'),
    `daemon off; master_process off; pid ${at('pid')}; error_log stderr warn;
    events { worker_connections 512; }
    http { access_log off; ${paths} ${SURROUNDINGS} include ${at('site.conf')}; }`,
  )

  const child = spawn('nginx', ['-p', folder, '-c', at('nginx.conf'), '-e', 'stderr'], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let said = ''
  child.stderr.on('data', (bytes) => {
    said += bytes
  })
  const exited = once(child, 'exit')
  const session = await connected(port, certificate, () =>
    child.exitCode === null ? undefined : said,
  )

  return {
    port,
    certificate,
    fetch: (request) => fetchHttp2(session, request, `${SITE}:${port}`),
    async stop() {
      session.destroy()
      child.kill('SIGTERM')
      await exited
      await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Once it listens. Throws what it said where it ended instead. */
async function connected(port: number, ca: string, ended: () => string | undefined) {
  for (let tries = 0; ; tries++) {
    const session = connect(`https://127.0.0.1:${port}`, { ca, servername: SITE })
    try {
      await once(session, 'connect')
      session.on('error', () => {})
      return session
    } catch (error) {
      session.destroy()
      const why = ended()
      if (why !== undefined) throw new Error(`nginx did not start: ${why}`)
      if (tries === 200) throw error
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

async function fetchHttp2(
  session: ClientHttp2Session,
  request: Request,
  authority: string,
): Promise<Response> {
  const { pathname, search } = new URL(request.url)
  const sent = session.request({
    ...Object.fromEntries(request.headers),
    ':authority': authority,
    ':method': request.method,
    ':path': pathname + search,
  })
  request.signal.addEventListener('abort', () => sent.close())
  sent.on('error', () => {})
  if (request.body) sent.end(Buffer.from(await request.arrayBuffer()))
  else sent.end()
  const [given] = (await once(sent, 'response')) as [Record<string, string>]
  const headers = Object.entries(given).filter(([name]) => !name.startsWith(':'))
  const status = Number(given[':status'])
  return new Response(Readable.toWeb(sent) as ReadableStream<Uint8Array>, {
    status,
    headers: headers.map(([name, value]) => [name, String(value)] as [string, string]),
  })
}
