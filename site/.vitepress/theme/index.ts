import type { Theme } from 'vitepress';
import { withBase } from 'vitepress';
import DefaultTheme from 'vitepress/theme-without-fonts';
import { h } from 'vue';
import './style.css';

/** That of VitePress has no `main`, and a link whose name is not what is read on it. */
const notFound = () =>
  h('main', { class: 'not-found vp-doc' }, [
    h('h1', 'There is no such page'),
    h('p', ['Begin at ', h('a', { href: withBase('/') }, 'the first page'), ', or search.']),
  ]);

export default {
  extends: DefaultTheme,
  Layout: () => h(DefaultTheme.Layout, null, { 'not-found': notFound }),
} satisfies Theme;
