using TrlSharp.Adapters;
using TrlSharp.Checkpoints;
using TrlSharp.Models;
using static TorchSharp.torch;

namespace TrlSharp.Training.Checkpoints;

/// <summary>The part of a checkpoint that other programs read: a model folder, or an adapter folder as PEFT has it.</summary>
internal static class ModelFiles
{
    private const string WeightsName = "model.safetensors";

    /// <summary>The files, written from the tensors as they are when each is written.</summary>
    /// <exception cref="ConfigException">The model has several adapters.</exception>
    public static IReadOnlyList<CheckpointFile> Of(ICausalLM model) => model switch
    {
        CausalLM { Adapters: [var adapter] } lm =>
        [
            Weights(LoraFolder.WeightsName, () => LoraFolder.Tensors(adapter)), CheckpointFile.Text(LoraFolder.ConfigName, LoraFolder.ConfigText(adapter)), .. Companions(lm),
        ],
        CausalLM { Adapters: [] } lm => [Weights(WeightsName, () => FolderWriter.Tensors(lm)), CheckpointFile.Text(ModelFolder.ConfigName, FolderWriter.Text(ModelFolder.ConfigOf(lm))), .. Companions(lm)],
        CausalLM => throw new ConfigException("A model with several adapters cannot be saved in a checkpoint; train one at a time."),
        _ => [Weights(WeightsName, () => model.Parameters.Select(p => (p.Name, (Tensor)p.Value)))],
    };

    /// <summary>The weights of a checkpoint, whichever kind it is.</summary>
    /// <exception cref="ModelFolderException">There are none.</exception>
    public static SafetensorsFile Open(string checkpoint)
    {
        var path = Path.Combine(checkpoint, WeightsName);
        return SafetensorsFile.Open(File.Exists(path) ? path : Path.Combine(checkpoint, LoraFolder.WeightsName));
    }

    private static CheckpointFile Weights(string name, Func<IEnumerable<(string Name, Tensor Value)>> tensors) => new(name, stream => SafetensorsWriter.Write(stream, tensors()));

    private static IEnumerable<CheckpointFile> Companions(CausalLM model) =>
        model.Folder is { } folder ? FolderWriter.CompanionsIn(folder).Select(name => CheckpointFile.Copy(name, Path.Combine(folder, name))) : [];
}
