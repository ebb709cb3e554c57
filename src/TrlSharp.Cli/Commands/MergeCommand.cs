using System.CommandLine;
using TrlSharp.Adapters;
using TrlSharp.Models;

namespace TrlSharp.Cli.Commands;

/// <summary><c>trlsharp merge</c>: adapters into the weights of their base, so that the folder runs wherever the base runs.</summary>
internal static class MergeCommand
{
    public static Command Create(Terminal terminal)
    {
        var adapters = OptionNames.Create<string[]>("--adapter", "Adapter folders of PEFT, merged in this order.", isRequired: true);
        adapters.AllowMultipleArgumentsPerToken = true;
        var model = OptionNames.Create<string?>("--model_name_or_path", "The folder of the base. Default: the one that the first adapter names.");
        var output = OptionNames.Create<string>("--output_dir", "The folder of the merged model; new or empty.", isRequired: true);
        var dtype = OptionNames.Create<string?>("--dtype", "float32, bfloat16 or float16. Default: that of the base.");
        var overwrite = OptionNames.Create<bool>("--overwrite_output_dir", "Write into a folder that holds files.");
        var command = new Command("merge", "Merge adapters into their base model and write a model folder.") { adapters, model, output, dtype, overwrite };
        command.SetAction(parsed => Run(
            terminal, parsed.GetValue(adapters)!, parsed.GetValue(model), parsed.GetValue(output)!, parsed.GetValue(dtype), parsed.GetValue(overwrite)));
        return command;
    }

    private static int Run(Terminal terminal, IReadOnlyList<string> adapters, string? folder, string output, string? dtype, bool overwrite)
    {
        folder ??= LoraAdapter.BaseModelOf(adapters[0])
            ?? throw new ConfigException($"--model_name_or_path is missing, and {adapters[0]} names no base.");
        if (File.Exists(output)) throw new ConfigException($"--output_dir: {output} is a file; name a folder.");
        if (!overwrite && Directory.Exists(output) && Directory.EnumerateFileSystemEntries(output).Any())
            throw new ConfigException($"--output_dir: {output} is not empty. Choose another folder, or --overwrite_output_dir.");
        using var model = ModelFolder.Load(HubCache.Model(folder), new ModelLoadOptions { Dtype = DtypeName.Read(dtype) });
        foreach (var path in adapters)
        {
            using var adapter = LoraAdapter.Load(model, path, path);
            adapter.Merge();
            terminal.Line($"merged {path}: {adapter.Config.Describe()}");
        }

        ModelFolder.Save(model, output, new ModelSaveOptions { AdapterFolder = adapters[^1] });
        terminal.Line($"saved {output}");
        return ExitCode.Done;
    }
}
