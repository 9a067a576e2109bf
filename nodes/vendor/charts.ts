/**
 * The part of echarts that we use; the build bundles this module with it. Bars, axes, titles and legends
 * drawn as SVG, which needs neither a browser nor a canvas.
 */
import { BarChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([BarChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);

export { init };
