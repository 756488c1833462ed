// What is looked at in a page. Each function is sent into the page as it stands here, so that it uses nothing
// from outside of itself.

// The element that the keyboard is on, and how it shows that.
export function focused() {
  const element = document.activeElement;
  if (!element || element === document.body) return null;
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  const name = element.labels?.[0]?.textContent ?? element.getAttribute('aria-label') ?? element.textContent;
  const isSeen = box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  // The line may be drawn around what the element stands in: a card, a label.
  const line = (of) => {
    const isClear = of.outlineStyle === 'none' || /rgba\(.*, 0\)|transparent/.test(of.outlineColor);
    return isClear ? 0 : parseFloat(of.outlineWidth);
  };
  const lines = [line(style), line(getComputedStyle(element, '::after'))];
  for (let up = element.parentElement, steps = 0; up && steps < 5; up = up.parentElement, steps += 1) {
    lines.push(line(getComputedStyle(up)));
  }
  return {
    element: element.outerHTML.slice(0, 200),
    name: name.replace(/\s+/g, ' ').trim(),
    is_seen: isSeen,
    outline_px: Math.max(...lines),
  };
}

// Whether a walk by the Tab key is over: it left the page, or is where it has been.
export function isTwice() {
  const element = document.activeElement;
  if (!element || element === document.body) return true;
  // The parts of a date are stops of their own in one element.
  if (element === window.lastStopOfWalk && element.type === 'date') return false;
  window.lastStopOfWalk = element;
  if (window.stopsOfWalk.has(element)) return true;
  window.stopsOfWalk.add(element);
  return false;
}

// What is measured of a page in one look. `width` is the window's, which a phone's browser would make wider
// for a page that does not fit.
export function inspect({ width, isPhone }) {
  const all = (selector) => [...document.querySelectorAll(selector)];
  const shown = (element) => element.outerHTML.replace(/\s+/g, ' ').slice(0, 200);
  const isVisible = (element) => element.checkVisibility({ visibilityProperty: true });
  const controls = all('a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex]')
    .filter((element) => isVisible(element) && !element.disabled);

  // A label is as good to press as the box it is for.
  function target(element) {
    const isBox = element.matches('[type=checkbox], [type=radio]');
    const of = [element, ...(isBox ? element.labels : [])].map((one) => one.getBoundingClientRect());
    const [left, top] = ['left', 'top'].map((side) => Math.min(...of.map((box) => box[side])));
    const [right, bottom] = ['right', 'bottom'].map((side) => Math.max(...of.map((box) => box[side])));
    return { width: right - left, height: bottom - top, bottom, right };
  }

  // A link in a line of text is as high as that; whether it has room around it, axe tells (WCAG 2.2, 2.5.8).
  const isInLine = (element) => element.matches('a') && getComputedStyle(element).display === 'inline';

  function small(element) {
    if (element.matches('[tabindex="-1"]') || isInLine(element)) return null;
    const box = target(element);
    // What is out of the page until the keyboard comes to it.
    if (box.bottom <= 0 || box.right <= 0) return null;
    const isLarge = isPhone && element.matches('button, input, select, textarea, .button');
    const least = isLarge ? 44 : 24;
    if (box.width >= least - 0.5 && box.height >= least - 0.5) return null;
    return `${box.width.toFixed(1)} x ${box.height.toFixed(1)}, not ${least}: ${shown(element)}`;
  }

  // Which part of the page is too wide: the innermost ones say best.
  function tooWide() {
    const root = document.documentElement;
    const extent = Math.max(root.scrollWidth, document.body.scrollWidth);
    if (extent <= width) return [];
    const scrolls = (element) => /auto|scroll|hidden|clip/.test(getComputedStyle(element).overflowX);
    const isOut = (element) => {
      const box = element.getBoundingClientRect();
      return box.width > 0 && (box.right > width + 0.5 || box.left < -0.5);
    };
    const inside = (element) => {
      for (let up = element.parentElement; up && up !== document.body; up = up.parentElement) {
        if (scrolls(up)) return true;
      }
      return false;
    };
    const out = all('body *').filter((element) => isVisible(element) && isOut(element) && !inside(element));
    const innermost = out.filter((element) => !out.some((other) => other !== element && element.contains(other)));
    return [`${extent} px in ${width}`, ...innermost.slice(0, 5).map(shown)];
  }

  // Of radio buttons that belong together, the keyboard stops at one.
  const radios = new Set();
  const expected = controls.filter((element) => {
    if (element.tabIndex < 0) return false;
    if (element.type !== 'radio') return true;
    const group = `${element.form?.action} ${element.name}`;
    const isFirst = !radios.has(group);
    radios.add(group);
    return isFirst;
  });
  const group = (element) => element.type === 'radio' && [...(window.stopsOfWalk ?? [])]
    .some((other) => other.type === 'radio' && other.name === element.name && other.form === element.form);
  const missed = expected.filter((element) => !window.stopsOfWalk?.has(element) && !group(element));

  const handlers = all('body, body *').filter((element) =>
    [...element.attributes].some(({ name }) => name.startsWith('on')));
  const inline = [...all('script:not([src]), style, [style], [href^="javascript:" i]'), ...handlers];
  return {
    headings: all('h1').filter(isVisible).map((heading) => heading.textContent.replace(/\s+/g, ' ').trim()),
    language: document.documentElement.lang,
    direction: document.documentElement.dir,
    title: document.title,
    too_wide: tooWide(),
    small: controls.map(small).filter((found) => found !== null),
    inline: inline.map(shown),
    // Only after a walk.
    missed: window.stopsOfWalk ? missed.map(shown) : [],
  };
}

// The words of a page, its title and its attributes that stand outside of `open` and `close`, which enclose
// every message; what is in an element for names and data (`bdi`, `translate="no"`, or of a language of its own) aside.
export function wordsOutside({ open, close }) {
  const found = [];
  const letters = /\p{Letter}/u;
  let depth = 0;
  function look(text, where, known) {
    let outside = '';
    for (const character of text) {
      if (character === open) depth += 1;
      else if (character === close) depth -= 1;
      else if (depth === 0) outside += character;
    }
    outside = outside.trim();
    if (letters.test(outside) && !known?.has(outside)) found.push(`${where}: ${outside}`);
  }
  // Of names to choose from, the one that means none of them is a word.
  const names = '[translate=no]:not(select), select[translate=no] option:not([value=""])';
  const isData = `bdi, code, ${names}, main [lang], script, style`;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    if (!node.parentElement.closest(isData)) look(node.data, node.parentElement.outerHTML.slice(0, 120));
  }
  const attributes = ['alt', 'aria-label', 'aria-description', 'placeholder', 'title'];
  for (const name of attributes) {
    for (const element of document.querySelectorAll(`[${name}]`)) {
      depth = 0;
      if (!element.closest(isData)) look(element.getAttribute(name), element.outerHTML.slice(0, 120));
    }
  }
  // In a title there are names too, and what was looked for: such as stand on the page.
  const known = new Set([...document.querySelectorAll(isData)].map((element) => element.textContent.trim()));
  for (const input of document.querySelectorAll('input:not([type=hidden])')) known.add(input.value.trim());
  for (const part of document.title.split(' · ').slice(0, -1)) {
    depth = 0;
    look(part, 'title', known);
  }
  return found;
}
