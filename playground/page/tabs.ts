/** Tabs as the ARIA Authoring Practices have them: one stop for the Tab key, arrows between them. */

/** The buttons in `list` become tabs; `data-tab` is what each selects. `selected` is called at once, with `first` where there is such a tab. */
export function createTabs(
  list: HTMLElement,
  panel: HTMLElement,
  selected: (id: string) => void,
  first?: string,
): void {
  const tabs = [...list.querySelectorAll<HTMLButtonElement>('[data-tab]')]
  list.setAttribute('role', 'tablist')
  panel.setAttribute('role', 'tabpanel')
  for (const tab of tabs) {
    tab.type = 'button'
    tab.setAttribute('role', 'tab')
    tab.setAttribute('aria-controls', panel.id)
    tab.id ||= `${panel.id}-${tab.dataset.tab}`
    tab.onclick = () => select(tab.dataset.tab ?? '')
  }

  function select(id: string) {
    for (const tab of tabs) {
      const isSelected = tab.dataset.tab === id
      tab.setAttribute('aria-selected', String(isSelected))
      tab.tabIndex = isSelected ? 0 : -1
      if (!isSelected) continue
      panel.setAttribute('aria-labelledby', tab.id)
      // Seen, where the tabs do not all fit; the page itself stays where it is.
      list.scrollTo({ left: tab.offsetLeft - list.clientWidth / 2 + tab.offsetWidth / 2 })
    }
    selected(id)
  }

  list.onkeydown = (event) => {
    const steps: Record<string, number> = {
      ArrowLeft: -1,
      ArrowRight: 1,
      Home: -tabs.length,
      End: tabs.length,
    }
    const step = steps[event.key]
    const now = tabs.indexOf(document.activeElement as HTMLButtonElement)
    if (!step || now < 0) return
    event.preventDefault()
    const isEnd = Math.abs(step) === tabs.length
    const next = isEnd ? (step < 0 ? 0 : tabs.length - 1) : (now + step + tabs.length) % tabs.length
    tabs[next]?.focus()
    select(tabs[next]?.dataset.tab ?? '')
  }

  const isThere = tabs.some(({ dataset }) => dataset.tab === first)
  select((isThere ? first : tabs[0]?.dataset.tab) ?? '')
}
