// Cropping and turning a photograph on the page. What is chosen lands in the number fields beside it, in
// thousandths of the turned picture; without script the same fields are filled by hand.
const form = document.querySelector("[data-photograph]");

function start(form) {
  const stage = form.querySelector("[data-crop]");
  const canvas = stage.querySelector("canvas");
  const pen = canvas.getContext("2d");
  const file = form.querySelector("input[type=file]");
  const field = (name) => form.elements[name];
  const SHAPE = 3 / 4;
  let picture = null;
  let turn = 0;
  let box = null;
  let grip = null;

  const sides = () => (turn % 180 ? [picture.height, picture.width] : [picture.width, picture.height]);

  function largest() {
    const [width, height] = sides();
    const across = Math.min(width, height * SHAPE);
    const down = across / SHAPE;
    box = { x: (width - across) / 2, y: (height - down) / 3, width: across };
  }

  function keep() {
    const [width, height] = sides();
    const most = Math.min(width, height * SHAPE);
    box.width = Math.max(Math.min(box.width, most), Math.min(most, 240));
    box.x = Math.max(0, Math.min(box.x, width - box.width));
    box.y = Math.max(0, Math.min(box.y, height - box.width / SHAPE));
  }

  function draw() {
    const [width, height] = sides();
    const scale = Math.min(1, 560 / width, 480 / height);
    canvas.width = Math.round(width * scale);
    canvas.height = Math.round(height * scale);
    pen.save();
    pen.translate(canvas.width / 2, canvas.height / 2);
    pen.rotate((turn * Math.PI) / 180);
    pen.scale(scale, scale);
    pen.drawImage(picture, -picture.width / 2, -picture.height / 2);
    pen.restore();
    const [x, y] = [box.x * scale, box.y * scale];
    const [across, down] = [box.width * scale, (box.width / SHAPE) * scale];
    pen.fillStyle = "rgba(27, 36, 48, 0.6)";
    pen.fillRect(0, 0, canvas.width, y);
    pen.fillRect(0, y + down, canvas.width, canvas.height - y - down);
    pen.fillRect(0, y, x, down);
    pen.fillRect(x + across, y, canvas.width - x - across, down);
    pen.lineWidth = 3;
    pen.strokeStyle = "#ffb000";
    pen.strokeRect(x, y, across, down);
    const part = (value, whole) => String(Math.max(0, Math.min(1000, Math.round((value / whole) * 1000))));
    field("turn").value = String(((turn % 360) + 360) % 360);
    field("left").value = part(box.x, width);
    field("top").value = part(box.y, height);
    field("right").value = part(box.x + box.width, width);
    field("bottom").value = part(box.y + box.width / SHAPE, height);
  }

  function change() {
    keep();
    draw();
  }

  function resize(step) {
    const [width] = sides();
    const more = step * width * 0.05;
    box.x -= more / 2;
    box.y -= more / SHAPE / 2;
    box.width += more;
    change();
  }

  file.addEventListener("change", async () => {
    stage.hidden = true;
    if (!file.files.length) return;
    try {
      picture = await createImageBitmap(file.files[0]);
    } catch (error) {
      return; // The server says in words what is wrong with the file.
    }
    turn = 0;
    largest();
    stage.hidden = false;
    change();
  });

  stage.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || !picture) return;
    if (button.dataset.turn) {
      turn = (turn + Number(button.dataset.turn) + 360) % 360;
      largest();
      change();
    } else {
      resize(Number(button.dataset.size));
    }
  });

  const place = (event) => {
    const edge = canvas.getBoundingClientRect();
    const scale = sides()[0] / edge.width;
    return [(event.clientX - edge.left) * scale, (event.clientY - edge.top) * scale];
  };
  canvas.addEventListener("pointerdown", (event) => {
    const [x, y] = place(event);
    grip = [x - box.x, y - box.y];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!grip) return;
    const [x, y] = place(event);
    box.x = x - grip[0];
    box.y = y - grip[1];
    change();
  });
  ["pointerup", "pointercancel"].forEach((name) => canvas.addEventListener(name, () => { grip = null; }));

  canvas.addEventListener("keydown", (event) => {
    if (!picture) return;
    const step = sides()[0] * 0.02;
    const moves = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] };
    if (moves[event.key]) {
      box.x += moves[event.key][0];
      box.y += moves[event.key][1];
      change();
    } else if (event.key === "+" || event.key === "=") {
      resize(1);
    } else if (event.key === "-") {
      resize(-1);
    } else {
      return;
    }
    event.preventDefault();
  });
}

if (form && "createImageBitmap" in window) start(form);
