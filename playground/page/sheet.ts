/** The side column: beside the page where there is room, else a sheet that comes up from below. */

/** `buttons` open it at one of its sections; Escape and its own button close it. */
export function mountSheet(sheet: HTMLElement, buttons: Iterable<HTMLButtonElement>): void {
  let opener: HTMLButtonElement | undefined
  const openers = [...buttons]

  function show(button: HTMLButtonElement | undefined) {
    sheet.toggleAttribute('data-open', button !== undefined)
    for (const each of openers) each.setAttribute('aria-expanded', String(each === button))
    if (!button) {
      opener?.focus()
      opener = undefined
      return
    }
    opener = button
    sheet.dataset.section = button.dataset.section ?? ''
    sheet.querySelector<HTMLElement>(`#${button.dataset.section} h2`)?.focus()
  }

  for (const button of openers) button.onclick = () => show(button === opener ? undefined : button)
  for (const close of sheet.querySelectorAll<HTMLButtonElement>('[data-close]'))
    close.onclick = () => show(undefined)
  document.addEventListener('keydown', ({ key }) => {
    if (key === 'Escape' && opener) show(undefined)
  })
}
