import torch

from folkbench.model.network import Network, Noise, Shape, Start


def test_at_the_published_vocabulary_it_has_the_published_number_of_parameters() -> None:
    network = Network(Shape(137))
    assert sum(weight.numel() for weight in network.parameters() if weight.requires_grad) == 5_599_881
    assert network.V.numel() + network.v.numel() == 70_281


def test_it_begins_with_open_forget_gates_and_orthogonal_recurrence() -> None:
    network = Network(Shape(11, 2, 8), start=Start(forget_bias=5.0))
    for layer in (1, 2):
        i, f, g, o = network.get_parameter(f"b{layer}").chunk(4)
        assert bool((f == 5.0).all())
        assert not bool(torch.cat([i, g, o]).any())
        for gate in network.get_parameter(f"W_h{layer}").chunk(4):
            torch.testing.assert_close(gate @ gate.T, torch.eye(8))


def test_without_dropout_training_and_judging_compute_the_same() -> None:
    network = Network(Shape(11, 3, 16), Noise(output=0.0))
    tokens = torch.randint(0, 11, (9, 4))
    torch.testing.assert_close(network.train()(tokens)[0], network.eval()(tokens)[0])


def test_dropout_thins_the_last_layer_too_and_keeps_the_mean() -> None:
    torch.manual_seed(0)
    network = Network(Shape(11, 1, 64), Noise(output=0.5))
    tokens = torch.randint(0, 11, (40, 60))
    quiet = network.eval()(tokens)[0].mean((0, 1))
    noisy = network.train()(tokens)[0]
    assert not torch.allclose(noisy[:, 0], noisy[:, 1])
    torch.testing.assert_close(noisy.mean((0, 1)), quiet, atol=0.02, rtol=0.0)


def test_a_locked_mask_stays_for_the_whole_sequence() -> None:
    torch.manual_seed(0)
    network = Network(Shape(5, 1, 64), Noise(output=0.5, locked=True))
    flow = torch.ones(7, 3, 64)
    thinned = network._thinned(flow)
    assert bool((thinned == thinned[:1]).all())
    assert set(thinned.unique().tolist()) == {0.0, 2.0}


def test_a_sequence_in_two_parts_goes_on_from_the_state() -> None:
    network = Network(Shape(11, 3, 16)).eval()
    tokens = torch.randint(0, 11, (10, 2))
    whole = network(tokens).logits
    rest = network(tokens[6:], network(tokens[:6]).state).logits
    torch.testing.assert_close(rest, whole[6:])
