/** A drawn chart as a file of its own: SVG with its colours, its font and its legend written in; or PNG. */

const FONT = "'Noto Sans', system-ui, sans-serif";
const SPACE = "http://www.w3.org/2000/svg";
/** Pixels of the picture for each of the page. */
const SCALE = 2;
const HEADING = 28;
const LINE = 20;
/** Pixels of a letter of 12 pixels, taken widely. */
const LETTER = 7.2;

export interface Ground {
  paper: string;
  ink: string;
}

export interface Picture {
  text: string;
  width: number;
  height: number;
}

function element(name: string, attributes: Readonly<Record<string, string | number>>, text = ""): SVGElement {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, String(value));
  made.textContent = text;
  return made;
}

/** The legend that Plot makes of HTML, as pictures: squares and words, in as many lines as they need. */
function swatches(figure: Element, width: number, top: number): { drawn: SVGElement[]; bottom: number } {
  const drawn: SVGElement[] = [];
  let x = 8;
  let y = top;
  for (const swatch of figure.querySelectorAll('span[class*="swatch"]')) {
    const text = swatch.textContent?.trim() ?? "";
    const room = 18 + text.length * LETTER + 12;
    if (x > 8 && x + room > width) [x, y] = [8, y + LINE];
    const fill = swatch.querySelector("svg")?.getAttribute("fill") ?? "currentColor";
    drawn.push(element("rect", { x, y: y + 2, width: 12, height: 12, fill }));
    drawn.push(element("text", { x: x + 18, y: y + 12, "font-size": 12, fill: "currentColor" }, text));
    x += room;
  }
  return { drawn, bottom: drawn.length ? y + LINE : top };
}

/** All of a figure (legend, plot), one under the other, as SVG. */
export function standalone(figure: Element, title: string, ground: Ground): Picture {
  const pictures = figure instanceof SVGSVGElement ? [figure] : [...figure.querySelectorAll("svg")].filter((svg) => !svg.closest("span"));
  const width = Math.max(...pictures.map((picture) => Number(picture.getAttribute("width"))), 200);
  const whole = element("svg", { color: ground.ink, "font-family": FONT });
  whole.append(element("rect", { width: "100%", height: "100%", fill: ground.paper }));
  whole.append(element("text", { x: 8, y: 19, "font-size": 14, "font-weight": 600, fill: ground.ink }, title));
  const { drawn, bottom } = swatches(figure, width, HEADING);
  whole.append(...drawn);
  let height = bottom;
  for (const picture of pictures) {
    const copy = picture.cloneNode(true) as SVGSVGElement;
    copy.setAttribute("y", String(height));
    whole.append(copy);
    height += Number(picture.getAttribute("height"));
  }
  for (const [name, value] of Object.entries({ viewBox: `0 0 ${width} ${height}`, width, height })) whole.setAttribute(name, String(value));
  const text = new XMLSerializer().serializeToString(whole).replaceAll("var(--plot-background)", ground.paper);
  return { text, width, height };
}

export async function png(picture: Picture): Promise<Blob> {
  const url = URL.createObjectURL(new Blob([picture.text], { type: "image/svg+xml" }));
  try {
    const image = new Image(picture.width * SCALE, picture.height * SCALE);
    image.src = url;
    await image.decode();
    const canvas = document.createElement("canvas");
    canvas.width = picture.width * SCALE;
    canvas.height = picture.height * SCALE;
    canvas.getContext("2d")!.drawImage(image, 0, 0, canvas.width, canvas.height);
    return await new Promise((resolve, reject) =>
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("no picture was made"))), "image/png"),
    );
  } finally {
    URL.revokeObjectURL(url);
  }
}
