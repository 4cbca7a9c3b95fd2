"""The words of a fine-tuning as a plain Python file: steps, rates and varied views. Knows no run; see `script_text`."""

from __future__ import annotations

TUNING = '''

EPOCHS, BATCH_SIZE, LEARNING_RATE, WARMUP_EPOCHS = {epochs}, {batch_size}, {learning_rate}, {warmup_epochs}
WEIGHT_DECAY, LABEL_SMOOTHING, GRADIENT_CLIP = {weight_decay}, {label_smoothing}, {gradient_clip}
PATIENCE, KEEP_BEST = {patience}, {keep_best}
AVERAGE = {ema_decay}  # how much of the running average of the weights stays at each step; 0: there is none
VARIED_VIEWS = {views}  # so many views of a picture take turns; 0: every epoch has one of its own
MODULES_THAT_LEARN = {modules}
BATCH_NORMS_MEASURE_ALONG = {norms}
# The parameters that learn, by the beginning of their names, with their share of the learning rate.
RATES = {rates}

{views_code}

def learning_rate_at(step, steps_an_epoch):
    """Step counts from 0."""
    steps = EPOCHS * steps_an_epoch
    warmup = min(round(WARMUP_EPOCHS * steps_an_epoch), steps)
    if step < warmup:
        return LEARNING_RATE * (step + 1) / warmup
    step, steps = step - warmup, steps - warmup
    return LEARNING_RATE * ({schedule})


def share_of(name):
    found = [share for start, share in RATES.items() if name == start or name.startswith(start + ".")]
    return found[0] if found else None


def optimizer_of(network):
    groups = {{}}
    for name, parameter in network.named_parameters():
        share = share_of(name)
        if share is not None:
            parameter.requires_grad_(True)
            groups.setdefault((share, parameter.ndim > 1), []).append(parameter)
    return torch.optim.{optimizer}


def learn(network):
    """What learns is in training mode, what is frozen never is."""
    network.eval()
    for name in MODULES_THAT_LEARN:
        network.get_submodule(name).train()
    if not BATCH_NORMS_MEASURE_ALONG:
        for module in network.modules():
            if isinstance(module, nn.modules.batchnorm._BatchNorm):
                module.eval()


def batches_of(epoch, count):
    order = np.random.default_rng(np.random.SeedSequence([SEED, epoch])).permutation(count)
    starts = list(range(0, count, BATCH_SIZE))
    if len(starts) > 1 and count % BATCH_SIZE == 1:  # a lone last picture joins the batch before it
        starts.pop()
    return [order[start:end] for start, end in zip(starts, [*starts[1:], count])]


def judged(network, squares, labels):
    """Accuracy and minus the loss on the validation pictures: higher is better."""
    network.eval()
    with torch.autocast(DEVICE, torch.bfloat16, enabled=PRECISION == "bf16"):
        logits = answers(network, squares)
    truth = torch.from_numpy(labels)
    return float((logits.argmax(1) == truth).float().mean()), -float(functional.cross_entropy(logits, truth))


def fine_tune(network, train, val):
    squares, labels, numbers = train
    optimizer, step = optimizer_of(network), 0
    learns = [parameter for group in optimizer.param_groups for parameter in group["params"]]
    weights = {weights}
    averages = {{name: value.clone() for name, value in network.state_dict().items() if value.is_floating_point()}}
    best, best_state, leader, leader_epoch = (-math.inf, -math.inf), None, (-math.inf, -math.inf), 0
    if len(val[1]):
        best, best_state = judged(network, *val[:2]), copy_of(network)
    for epoch in range(1, EPOCHS + 1):
        batches = batches_of(epoch, len(labels))
        torch.manual_seed(int(np.random.SeedSequence([SEED, epoch]).generate_state(1)[0]))  # for dropout
        learn(network)
        for batch in batches:
            for group in optimizer.param_groups:
                group["lr"] = learning_rate_at(step, len(batches)) * group["share"]
            view = (epoch - 1) % VARIED_VIEWS + 1 if VARIED_VIEWS else epoch
            pictures = normalised(varied(squares[batch], [numbers[place] for place in batch], view))
            truth = torch.from_numpy(labels[batch]).to(DEVICE)
            with torch.autocast(DEVICE, torch.bfloat16, enabled=PRECISION == "bf16"):
                logits = network(pictures)
            losses = functional.cross_entropy(
                logits.float(), truth, label_smoothing=LABEL_SMOOTHING, reduction="none"
            )
            optimizer.zero_grad()
            (losses * weights[truth]).mean().backward()
            nn.utils.clip_grad_norm_(learns, GRADIENT_CLIP)
            optimizer.step()
            step += 1
            stays = min(AVERAGE, (1 + step) / (10 + step))
            for name, value in network.state_dict().items() if AVERAGE else ():
                if name in averages:
                    averages[name].lerp_(value, 1.0 - stays)
        if not len(val[1]):
            continue
        own = copy_of(network)
        if AVERAGE:
            network.load_state_dict({{**own, **averages}})
        found = judged(network, *val[:2])
        print(f"epoch {{epoch}}: {{found[0]:.3f}} right on validation", file=sys.stderr)
        if found > best:
            best, best_state = found, copy_of(network)
        network.load_state_dict(own)
        if found > leader:
            leader, leader_epoch = found, epoch
        if PATIENCE is not None and epoch - leader_epoch >= PATIENCE:
            break
    if AVERAGE:
        network.load_state_dict({{**network.state_dict(), **averages}})
    if KEEP_BEST and best_state is not None:
        network.load_state_dict(best_state)
    network.eval()


def copy_of(network):
    return {{name: value.clone() for name, value in network.state_dict().items()}}
'''

PLAIN_VIEWS = """
def varied(squares, numbers, view):
    return squares

"""

VARIED_VIEWS = '''
MIRROR, UPSIDE_DOWN = {mirror}, {upside_down}
SMALLEST_SIDE, STRETCH, DEGREES, LIGHT, ERASE = {strength}


def varied(squares, numbers, view):
    """Views (n, IMAGE_SIZE, IMAGE_SIZE, 3): cut, moved and flipped by numbers that hang on seed, view and picture."""
    drawn = [np.random.default_rng([SEED, view, number]).random(16) for number in numbers]
    values = torch.from_numpy(np.asarray(drawn, dtype=np.float32))
    either_way = values * 2.0 - 1.0
    side = SMALLEST_SIDE + (1.0 - SMALLEST_SIDE) * values[:, 0]
    stretch = 1.0 + STRETCH * either_way[:, 1]
    width, height = (side * stretch.sqrt()).clamp(max=1.0), (side / stretch.sqrt()).clamp(max=1.0)
    across, down = (1.0 - width) * either_way[:, 2], (1.0 - height) * either_way[:, 3]
    angle = math.radians(DEGREES) * either_way[:, 4]
    if MIRROR:
        width = torch.where(values[:, 5] < 0.5, -width, width)
    if UPSIDE_DOWN:
        height = torch.where(values[:, 12] < 0.5, -height, height)
    first = torch.stack([width * angle.cos(), -height * angle.sin(), across], dim=1)
    second = torch.stack([width * angle.sin(), height * angle.cos(), down], dim=1)
    pixels = torch.from_numpy(squares).permute(0, 3, 1, 2).float()
    grid = functional.affine_grid(
        torch.stack([first, second], dim=1), [len(pixels), 3, IMAGE_SIZE, IMAGE_SIZE], align_corners=False
    )
    views = functional.grid_sample(pixels, grid, mode="bilinear", padding_mode="reflection", align_corners=False)
    if LIGHT:
        brightness, contrast, saturation = (1.0 + LIGHT * either_way[:, 6:9]).T[:, :, None, None, None]
        views = views * brightness
        middle = views.mean(dim=(1, 2, 3), keepdim=True)
        views = (views - middle) * contrast + middle
        grey = views.mean(dim=1, keepdim=True)
        views = ((views - grey) * saturation + grey).clamp(0, 255)
    if ERASE:
        patch, place = max(1, IMAGE_SIZE // 4), torch.arange(IMAGE_SIZE)
        start = (values[:, 9:11] * (IMAGE_SIZE - patch)).long()
        rows = (place >= start[:, :1]) & (place < start[:, :1] + patch)
        columns = (place >= start[:, 1:]) & (place < start[:, 1:] + patch)
        inside = rows[:, None, :, None] & columns[:, None, None, :]
        views = torch.where(inside & (values[:, 11] < ERASE)[:, None, None, None], 127.0, views)
    return views.round().clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous().numpy()

'''
