/**
 * Where the names of countries and seas stand. The names of countries are the browser's own (Unicode CLDR) in the
 * language of the page; those of seas are below. `rank` is the zoom from which a name is shown.
 */
import type { Feature, Point } from "geojson";
import type { Language } from "../language.svelte";

type Country = readonly [code: string, lon: number, lat: number, rank: number];

const COUNTRIES: readonly Country[] = [
  ["CN", 103, 35, 1], ["KZ", 67, 48.3, 1], ["RU", 60, 57.5, 1], ["MN", 103.5, 46.7, 2.5], ["KG", 74.6, 41.4, 4],
  ["TJ", 71, 38.6, 4], ["UZ", 63.4, 42, 3], ["TM", 59.3, 39.3, 3], ["AF", 66, 33.9, 3], ["PK", 69.3, 30, 3],
  ["IN", 79, 22.5, 1], ["IR", 54.5, 32.4, 2], ["IQ", 43.2, 32.2, 3], ["TR", 33.5, 39.1, 2], ["AZ", 47.7, 40.35, 3.4],
  ["GE", 43.3, 42.25, 3.9], ["AM", 44.9, 40.25, 4.6], ["SY", 38.4, 35.1, 4], ["SA", 44.5, 24, 2], ["AE", 54.3, 23.6, 4],
  ["OM", 56.4, 20.7, 4], ["YE", 47.6, 15.8, 4], ["EG", 29.6, 26.6, 3], ["UA", 31.5, 49, 2.7], ["BY", 28.1, 53.5, 3.5],
  ["PL", 19.2, 52.1, 3], ["DE", 10.3, 51, 2.7], ["CZ", 15.3, 49.8, 4.3], ["SK", 19.5, 48.7, 4.6], ["AT", 14.3, 47.6, 4.3],
  ["HU", 19.3, 47.1, 4.2], ["RO", 25, 45.9, 3.5], ["BG", 25.2, 42.7, 4], ["GR", 22.2, 39.5, 4], ["RS", 20.8, 44, 4.6],
  ["HR", 16.4, 45.5, 5], ["SI", 14.8, 46.1, 5.2], ["IT", 12.4, 42.9, 3], ["FR", 2.4, 46.8, 2.7], ["ES", -3.7, 40.2, 3],
  ["PT", -8.1, 39.6, 4.4], ["GB", -1.7, 52.6, 3], ["IE", -8, 53.2, 4.4], ["NL", 6, 52, 4.8], ["BE", 4.6, 50.6, 4.8],
  ["CH", 8.2, 46.8, 4.8], ["DK", 9.3, 56, 4.4], ["SE", 15.5, 62, 3], ["NO", 9, 61.3, 3], ["FI", 26, 63, 3],
  ["EE", 25.8, 58.7, 4.6], ["LV", 25.5, 56.8, 4.6], ["LT", 23.8, 55.3, 4.6], ["MD", 28.6, 47.2, 5], ["MK", 21.7, 41.6, 5.4],
  ["AL", 20.1, 41, 5.2], ["BA", 17.8, 44.2, 5], ["JP", 138, 36.6, 3], ["KR", 127.9, 36.6, 4], ["KP", 126.9, 40.2, 4],
  ["VN", 105.6, 21.6, 4], ["MM", 96, 21.5, 3.5], ["TH", 101, 15.7, 3.5], ["MY", 102.3, 4.2, 4], ["SG", 103.8, 1.7, 6],
  ["ID", 113.8, -0.8, 2.5], ["NP", 83.9, 28.3, 4.4], ["BD", 90.2, 24.2, 4.4], ["LK", 80.7, 7.6, 4.6], ["LY", 17.6, 27, 3],
  ["DZ", 2.6, 28, 3], ["SD", 30, 16, 3], ["ET", 39.6, 8.6, 3], ["SO", 45.5, 4, 4], ["ZA", 24.7, -30, 2], ["JO", 36.6, 31.1, 5],
  ["KW", 47.6, 29.3, 5.4], ["QA", 51.2, 25.3, 5.4], ["LA", 102.6, 19.6, 5], ["KH", 105, 12.7, 4.6],
];

type Sea = readonly [lon: number, lat: number, rank: number, names: Record<Language, string>];

const SEAS: readonly Sea[] = [
  [50.7, 42.1, 3, { en: "Caspian Sea", az: "Xəzər dənizi", zh: "里海", ru: "Каспийское море", tr: "Hazar Denizi" }],
  [34.2, 43.3, 2.6, { en: "Black Sea", az: "Qara dəniz", zh: "黑海", ru: "Чёрное море", tr: "Karadeniz" }],
  [18, 35.1, 2.4, { en: "Mediterranean Sea", az: "Aralıq dənizi", zh: "地中海", ru: "Средиземное море", tr: "Akdeniz" }],
  [38.3, 20.3, 3.4, { en: "Red Sea", az: "Qırmızı dəniz", zh: "红海", ru: "Красное море", tr: "Kızıldeniz" }],
  [51.6, 26.9, 4, { en: "Persian Gulf", az: "İran körfəzi", zh: "波斯湾", ru: "Персидский залив", tr: "Basra Körfezi" }],
  [63.5, 15.5, 2.6, { en: "Arabian Sea", az: "Ərəbistan dənizi", zh: "阿拉伯海", ru: "Аравийское море", tr: "Umman Denizi" }],
  [88.3, 13.8, 3, { en: "Bay of Bengal", az: "Benqal körfəzi", zh: "孟加拉湾", ru: "Бенгальский залив", tr: "Bengal Körfezi" }],
  [114.5, 14.5, 3, { en: "South China Sea", az: "Cənubi Çin dənizi", zh: "南海", ru: "Южно-Китайское море", tr: "Güney Çin Denizi" }],
  [3.2, 56, 3.4, { en: "North Sea", az: "Şimal dənizi", zh: "北海", ru: "Северное море", tr: "Kuzey Denizi" }],
  [19.3, 57, 4, { en: "Baltic Sea", az: "Baltik dənizi", zh: "波罗的海", ru: "Балтийское море", tr: "Baltık Denizi" }],
  [76, -14, 1, { en: "Indian Ocean", az: "Hind okeanı", zh: "印度洋", ru: "Индийский океан", tr: "Hint Okyanusu" }],
  [-24, 26, 1, { en: "Atlantic Ocean", az: "Atlantik okeanı", zh: "大西洋", ru: "Атлантический океан", tr: "Atlas Okyanusu" }],
  [150, 22, 1, { en: "Pacific Ocean", az: "Sakit okean", zh: "太平洋", ru: "Тихий океан", tr: "Pasifik Okyanusu" }],
];

/** Points with a name, a kind (country, sea) and a rank. */
export function labels(language: Language): Feature<Point>[] {
  const countries = new Intl.DisplayNames([language, "en"], { type: "region" });
  const point = (kind: string, name: string, lon: number, lat: number, rank: number): Feature<Point> => ({
    type: "Feature",
    properties: { kind, name, rank },
    geometry: { type: "Point", coordinates: [lon, lat] },
  });
  return [
    ...COUNTRIES.map(([code, lon, lat, rank]) => point("country", countries.of(code) ?? code, lon, lat, rank)),
    ...SEAS.map(([lon, lat, rank, names]) => point("sea", names[language], lon, lat, rank)),
  ];
}
