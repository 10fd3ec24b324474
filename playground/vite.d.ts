/// <reference types="vite/client" />
/** What the compiler does not read by itself. */

declare module '*.vue' {
  import type { Component } from 'vue'

  const component: Component
  export default component
}
