/**
 * Draw a stacked picture (colour above, matte below) with its transparency.
 *
 * A lossy codec leaves no matte at 0 and 1: both ends lose their outermost levels. The sample
 * points stay half a pixel inside their half, so that nothing bleeds across the seam.
 */

const NOISE = 8 / 255; // a live stream of fine-grained skin leaves up to 6 levels far from anybody
const VERTEX = `
  attribute vec2 corner;
  varying vec2 at;
  void main() { at = vec2(corner.x, 1. - corner.y) * .5 + vec2(.5, 0.); gl_Position = vec4(corner, 0., 1.); }`;
const FRAGMENT = `
  precision highp float;
  varying vec2 at;
  uniform sampler2D picture;
  uniform float rows;
  void main() {
    float y = clamp(at.y, .5 / rows, 1. - .5 / rows) * .5;
    float matte = texture2D(picture, vec2(at.x, y + .5)).g;
    float alpha = clamp((matte - ${NOISE}) / ${1 - 2 * NOISE}, 0., 1.);
    gl_FragColor = vec4(texture2D(picture, vec2(at.x, y)).rgb * alpha, alpha);
  }`;

export class AlphaCanvas {
  #canvas;
  #video;
  /** @type {(video: HTMLVideoElement) => void} */
  #paint;
  #running = true;

  /**
   * @param {HTMLCanvasElement} canvas
   * @param {HTMLVideoElement} video plays the stacked picture
   * @param {() => void} shown called after each picture
   */
  constructor(canvas, video, shown = () => {}) {
    this.#canvas = canvas;
    this.#video = video;
    this.#paint = this.#painter();
    canvas.addEventListener('webglcontextlost', (event) => event.preventDefault());
    canvas.addEventListener('webglcontextrestored', () => { this.#paint = this.#painter(); });
    const next = () => {
      if (!this.#running) return;
      this.#draw();
      shown();
      video.requestVideoFrameCallback(next);
    };
    video.requestVideoFrameCallback(next);
  }

  close() {
    this.#running = false;
  }

  #draw() {
    const { videoWidth: width, videoHeight } = this.#video;
    const height = videoHeight / 2;
    if (!width) return;
    if (this.#canvas.width !== width) this.#canvas.width = width;
    if (this.#canvas.height !== height) this.#canvas.height = height;
    this.#paint(this.#video);
  }

  #painter() {
    const gl = this.#canvas.getContext('webgl', { premultipliedAlpha: true, antialias: false });
    if (gl) return webglPainter(gl);
    const pen = this.#canvas.getContext('2d', { willReadFrequently: true });
    if (!pen) throw new Error('This browser draws neither with WebGL nor with 2D canvases.');
    return plainPainter(pen);
  }
}

/**
 * @param {WebGLRenderingContext} gl
 * @returns {(video: HTMLVideoElement) => void}
 */
function webglPainter(gl) {
  const program = /** @type {WebGLProgram} */ (gl.createProgram());
  for (const [kind, source] of /** @type {const} */ ([
    [gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT],
  ])) {
    const shader = /** @type {WebGLShader} */ (gl.createShader(kind));
    gl.shaderSource(shader, source);
    gl.compileShader(shader);
    gl.attachShader(program, shader);
  }
  gl.linkProgram(program);
  gl.useProgram(program);
  gl.bindBuffer(gl.ARRAY_BUFFER, gl.createBuffer());
  gl.bufferData(gl.ARRAY_BUFFER, new Float32Array([-1, -1, 1, -1, -1, 1, 1, 1]), gl.STATIC_DRAW);
  gl.enableVertexAttribArray(0);
  gl.bindAttribLocation(program, 0, 'corner');
  gl.vertexAttribPointer(0, 2, gl.FLOAT, false, 0, 0);
  gl.bindTexture(gl.TEXTURE_2D, gl.createTexture());
  for (const name of /** @type {const} */ (['MIN_FILTER', 'MAG_FILTER'])) {
    gl.texParameteri(gl.TEXTURE_2D, gl[`TEXTURE_${name}`], gl.LINEAR);
  }
  for (const name of /** @type {const} */ (['WRAP_S', 'WRAP_T'])) {
    gl.texParameteri(gl.TEXTURE_2D, gl[`TEXTURE_${name}`], gl.CLAMP_TO_EDGE);
  }
  const rows = gl.getUniformLocation(program, 'rows');
  return (video) => {
    gl.viewport(0, 0, gl.drawingBufferWidth, gl.drawingBufferHeight);
    gl.uniform1f(rows, video.videoHeight / 2);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGB, gl.RGB, gl.UNSIGNED_BYTE, video);
    gl.drawArrays(gl.TRIANGLE_STRIP, 0, 4);
  };
}

/**
 * The same without WebGL, pixel by pixel.
 *
 * @param {CanvasRenderingContext2D} pen
 * @returns {(video: HTMLVideoElement) => void}
 */
function plainPainter(pen) {
  const both = new OffscreenCanvas(1, 1);
  const reader = /** @type {OffscreenCanvasRenderingContext2D} */ (
    both.getContext('2d', { willReadFrequently: true }));
  return (video) => {
    const { videoWidth: width, videoHeight } = video;
    if (both.width !== width || both.height !== videoHeight) {
      [both.width, both.height] = [width, videoHeight];
    }
    reader.drawImage(video, 0, 0);
    const picture = reader.getImageData(0, 0, width, videoHeight / 2);
    const matte = reader.getImageData(0, videoHeight / 2, width, videoHeight / 2).data;
    for (let i = 3; i < matte.length; i += 4) {
      // A clamped array: what is beyond 0 and 255 ends there.
      picture.data[i] = (matte[i - 2] / 255 - NOISE) / (1 - 2 * NOISE) * 255;
    }
    pen.putImageData(picture, 0, 0);
  };
}
