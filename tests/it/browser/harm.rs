//! Text that means harm, or only takes much room.

/// What is written into names and descriptions: markup that would run, an end of an attribute, marks that turn
/// the direction of writing and do not turn it back, a letter of several parts, letters that nobody sees, and a
/// word that no line can hold.
pub(super) fn text() -> String {
    let long = "W".repeat(500);
    format!(
        "<script>window.harmed=1</script>\"><img src=x onerror=window.harmed=1 class=harm>'\
         {{{{7*7}}}}\u{202e}\u{2066}\u{2069}evil👩🏽‍⚕️\u{200b}\u{feff}ـ{long}"
    )
}

/// True where markup of [`text`] became part of the page, or ran.
pub(super) const HARMED: &str = "Boolean(window.harmed) || document.querySelector('.harm, img[src=x]') !== null \
     || [...document.scripts].some((one) => one.textContent.includes('harmed'))";

/// The texts on the page with a mark that turns the direction of all that follows in their paragraph: they are
/// not in a `bdi`, nor alone in a field or a list.
pub(super) const TURNED: &str = "(() => { \
     const found = []; \
     const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); \
     for (let node = walker.nextNode(); node; node = walker.nextNode()) { \
       const up = node.parentElement; \
       const isolated = getComputedStyle(up).unicodeBidi.includes('isolate') || up.closest('bdi, option, textarea'); \
       if (node.data.includes('\\u202e') && !isolated) found.push(up.outerHTML.slice(0, 160)); \
     } \
     return found; })()";
