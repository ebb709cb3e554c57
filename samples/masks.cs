#:project ../src/TrlSharp.Data/TrlSharp.Data.csproj

// From messages to (ids, weights) for a trainer of your own:   dotnet run samples/masks.cs MODEL_FOLDER
using TrlSharp.Examples;
using TrlSharp.Inspection;
using TrlSharp.Rows;
using TrlSharp.Sequences;
using TrlSharp.Sequences.Policies;
using TrlSharp.Templates;
using TrlSharp.Tokenization;

var model = args.Length > 0 ? args[0] : throw new ArgumentException("Name a model folder: its tokenizer and chat template are read, never its weights.");
var row = new Row(RowValue.Parse("""{"messages":[{"role":"user","content":"What is 6*7?"},{"role":"assistant","content":"It is 42."},{"role":"user","content":"Sure?"},{"role":"assistant","content":"Yes."}]}"""), new RowOrigin("sample", 1));

// The three lines.
var builder = new SequenceBuilder(ChatTemplate.Load(model), Tokenizer.Load(model), TrainPolicy.Assistant, new SequenceOptions { StopIds = GenerationStops.Load(model) });
var example = new ExampleReader().Read(row).Examples[0];
foreach (var sequence in builder.Build(example).Sequences) Console.WriteLine($"ids [{string.Join(',', sequence.Tokens)}]\nweights [{string.Join(',', sequence.Weights)}]");

// And why.
Console.WriteLine(MaskTerminal.Plain(MaskTerminal.Show(builder.Explain(example), builder.Policy.Name, row.Origin.ToString())));
