using TrlSharp.Sft;
using TrlSharp.Tests.Models;

namespace TrlSharp.Tests.Sft;

public sealed class FrozenParametersTests
{
    [Fact]
    public void Patterns_freeze_what_they_match_and_nothing_else_moves()
    {
        using var model = TinyModels.Create("llama");
        FrozenParameters.Apply(model, ["model.embed_tokens.*", "model.layers.0.*"]);
        Assert.All(model.Parameters, p => Assert.Equal(!p.Name.Contains("embed", StringComparison.Ordinal) && !p.Name.Contains("layers.0.", StringComparison.Ordinal), p.Value.requires_grad));
        var before = model.Parameters.Where(p => !p.Value.requires_grad).Select(p => p.Value.detach().bytes.ToArray()).ToList();
        SftTrainer.Train(model, Training.TinyModel.Rows(8, 50), new() { Training = new() { MaxSteps = 2, Optimizer = new() { LearningRate = 0.1 } } }, stop: TestContext.Current.CancellationToken);
        Assert.Equal(before, model.Parameters.Where(p => !p.Value.requires_grad).Select(p => p.Value.detach().bytes.ToArray()));
    }

    [Fact]
    public void A_pattern_that_matches_nothing_and_freezing_everything_are_refused()
    {
        using var model = TinyModels.Create("llama");
        Assert.Contains("matches no parameter", Assert.Throws<ConfigException>(() => FrozenParameters.Apply(model, ["layers.0"])).Message, StringComparison.Ordinal);
        Assert.Contains("leaves nothing to train", Assert.Throws<ConfigException>(() => FrozenParameters.Apply(model, ["*"])).Message, StringComparison.Ordinal);
    }
}
