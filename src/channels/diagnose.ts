/** Facts for whoever asked to hear them. */
import type { Diagnostic } from '../contract.js'
import { guard } from '../errors.js'

interface DiagnosticOptions {
  readonly onDiagnostic?: ((fact: Diagnostic) => void) | undefined
}

/** Tells a fact, with the time, to the option `onDiagnostic` as it is then. What that throws is reported. */
export function createDiagnose(options: DiagnosticOptions) {
  return (type: string, details?: Record<string, unknown>): void => {
    const { onDiagnostic } = options
    if (onDiagnostic) guard(() => onDiagnostic({ ...details, type, at: Date.now() } as Diagnostic))
  }
}
