/** Puts a floating list under its anchor in browsers without CSS anchor positioning. */
const isNative = CSS.supports("position-area", "block-end");

export function place(floating, anchor, { align = "start", matchWidth = false } = {}) {
  if (isNative) return;
  const at = anchor.getBoundingClientRect();
  const style = floating.style;
  if (matchWidth) style.inlineSize = `${at.width}px`;
  const { offsetWidth: width, offsetHeight: height } = floating;
  const left = align === "end" ? at.right - width : at.left;
  const hasRoomBelow = at.bottom + height + 8 <= innerHeight || at.top < height;
  style.inset = "auto";
  style.left = `${Math.max(8, Math.min(left, innerWidth - width - 8))}px`;
  style.top = `${hasRoomBelow ? at.bottom : at.top - height - 8}px`;
}
