using TorchSharp.Modules;
using TrlSharp.Batches;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Tests.Training.Checkpoints;

/// <summary>A model during whose n-th pass somebody presses Ctrl-C.</summary>
internal sealed class StoppingModel(ICausalLM model, int passes, CancellationTokenSource stop) : ICausalLM
{
    private int _done;

    public int VocabularySize => model.VocabularySize;

    public IReadOnlyList<(string Name, Parameter Value)> Parameters => model.Parameters;

    public ulong? TrainingSeed { get => model.TrainingSeed; set => model.TrainingSeed = value; }

    public Tensor HiddenStates(Tensor tokens, SequenceLayout layout)
    {
        if (++_done == passes) stop.Cancel();
        return model.HiddenStates(tokens, layout);
    }

    public Tensor Logits(Tensor hidden) => model.Logits(hidden);
}
