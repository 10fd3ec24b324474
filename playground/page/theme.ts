/** Dark or light: what the system says, until a person says otherwise. The page's head has set it already. */
import { write } from './element.js'

const KEY = 'tidewire-theme'
const { dataset } = document.documentElement
const system = matchMedia('(prefers-color-scheme: dark)')

const otherThan = (theme: string | undefined) => (theme === 'dark' ? 'light' : 'dark')

export function mountTheme(button: HTMLButtonElement): void {
  function show(theme: string) {
    dataset.theme = theme
    button.title = `Switch to ${otherThan(theme)}`
    write(button.querySelector('span') as Element, button.title)
  }

  button.onclick = () => {
    show(otherThan(dataset.theme))
    localStorage.setItem(KEY, dataset.theme ?? '')
  }
  system.onchange = ({ matches }) => {
    if (!localStorage.getItem(KEY)) show(matches ? 'dark' : 'light')
  }
  show(dataset.theme ?? 'light')
}
